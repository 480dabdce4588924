#pragma once
// Tables of sentences and labels: which column is which, and whether the first row is a header.

#include <cstdint>
#include <string>
#include <vector>

#include "csv.h"
#include "lemma/data/labelled_texts.h"

namespace lemma::data {

struct TableLayout {
  size_t text = 0, label = 1, columns = 2;
  bool header = false;
};

/// Does the row name its columns, as "sentence", "label", "review", "sentiment" do?
bool is_header(const std::vector<std::string>& fields);
/// Is it a name that a column of labels, or of texts, goes by?
bool names_label(std::string_view cell);
bool names_text(std::string_view cell);

/// Finds the columns: those that the options name, or by the header's names, or else the label is the column with most
/// of the known labels, or the fewest different values. Throws IoError (at `path:line`) for a header without a label or
/// a text column, for a column that does not exist, for several columns that might be the labels, and for a table of
/// one column.
TableLayout layout_of(const std::vector<Row>& rows, const std::string& path, const LabelledTextOptions& options);

/// Does a table that may not be one look like labelled sentences? The same number of fields in nearly every row, and
/// one column of few short words. Decides between CSV and `label sentence` lines, which may hold commas.
bool looks_labelled(const std::vector<Row>& rows);

/// The number of fields that more than half of the rows have; the first row's where no number is so frequent.
size_t most_fields(const std::vector<Row>& rows);
/// Takes empty fields away behind those that most rows have: separators at the end of a line.
void trim_ends(std::vector<Row>& rows);

/// The number of fields that nine rows in ten have, 2 or more; 0 where there is none.
size_t usual_fields(const std::vector<Row>& rows);

bool is_number(std::string_view text);

}  // namespace lemma::data
