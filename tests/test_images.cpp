// Pictures: what is read and what is refused, how they are moved, and that a network learns to tell them apart.
#include <filesystem>
#include <set>

#include <zlib.h>
#include <nlohmann/json.hpp>

#include "lemma/data/labelled_images.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "lemma/tape/grad_mode.h"
#include "lemma/tasks/all.h"
#include "lemma/viz/picture_page.h"
#include "tasks/image/looks.h"
#include "tests/in_process.h"

using namespace lemma;
using nlohmann::json;

namespace {

std::string big_endian(int64_t n) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(n >> shift & 255);
  return bytes;
}
std::string idx(const std::vector<int64_t>& dims, const std::string& data) {
  std::string bytes = {0, 0, 8, static_cast<char>(dims.size())};
  for (const int64_t dim : dims) bytes += big_endian(dim);
  return bytes + data;
}

// A grey PNG, as its specification says: signature, and chunks with their length and checksum.
std::string png(int64_t height, int64_t width, const std::string& pixels, int64_t bytes = 1) {
  const auto chunk = [](const std::string& body) {
    const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(static_cast<int64_t>(body.size()) - 4) + body + big_endian(static_cast<int64_t>(sum));
  };
  std::string rows;
  for (int64_t y = 0; y < height; ++y)
    rows += std::string(1, '\0') +
            pixels.substr(static_cast<size_t>(y * width * bytes), static_cast<size_t>(width * bytes));
  std::string packed(::compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  ::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR" + big_endian(width) + big_endian(height) + std::string(1, static_cast<char>(8 * bytes)) +
               std::string(4, '\0')) +
         chunk("IDAT" + packed) + chunk("IEND");
}
std::string pgm(int64_t height, int64_t width, const std::string& pixels) {
  return "P5\n# by hand\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n" + pixels;
}

std::string refused(const std::string& path, const data::LabelledImageOptions& options = {}) {
  try {
    data::read_labelled_images(path, options);
  } catch (const IoError& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("pictures come from IDX, gzipped or not, with their labels beside them") {
  const TempDir dir;
  io::write_file(dir / "a-images-idx3-ubyte", idx({4, 2, 3}, std::string(18, '\x02') + "abcdef"));
  io::write_file(dir / "a-labels-idx1-ubyte", idx({4}, std::string("\x0a\x02\x0a\x02", 4)));
  const data::LabelledImages images = data::read_labelled_images(dir / "a-images-idx3-ubyte");
  CHECK(images.size() == 4);
  CHECK(images.height == 2);
  CHECK(images.width == 3);
  CHECK(images.largest == 255);
  CHECK(images.names == std::vector<std::string>{"2", "10"});
  CHECK(images.labels == std::vector<int64_t>{1, 0, 1, 0});
  CHECK(std::string(images.pixels.end() - 6, images.pixels.end()) == "abcdef");
  CHECK(images.format == "IDX, 2 x 3");

  const std::string i = dir / "a-images-idx3-ubyte", l = dir / "a-labels-idx1-ubyte";
  io::write_file(l, idx({3}, "\1\2\3"));
  CHECK(refused(i) == "[" + i + "] it has 4 pictures and " + l + " has 3 labels");
  std::filesystem::remove(l);
  CHECK(refused(i) == "[" + i + "] its labels are not beside it; expected '" + l + "'");
  io::write_file(i, idx({4, 2, 3}, "abc"));
  CHECK(refused(i) == "[" + i + "] its header promises 24 bytes, and 3 follow");
  io::write_file(i, idx({0, 2, 3}, ""));
  CHECK(refused(i) == "[" + i + "] it holds nothing but a header");
  io::write_file(i, idx({4, 2, 3}, "").substr(0, 9));
  CHECK(refused(i) == "[" + i + "] it ends within its header");
  io::write_file(i, idx({4}, "abcd"));
  CHECK(refused(i) == "[" + i + "] it has 1 dims; expected 3: pictures, rows, columns");
}

TEST_CASE("pictures come from a table whose last column is the label") {
  const TempDir dir;
  const std::string path = dir / "t.csv";
  io::write_file(path, "p0,p1,p2,p3,what\n0,1,2,3,a\n4,5,16,7,b\r\n\n0,0,0,0,a\n1, 1,1,1,b\n");
  const data::LabelledImages images = data::read_labelled_images(path);
  CHECK(images.height == 2);
  CHECK(images.names == std::vector<std::string>{"a", "b"});
  CHECK(images.labels == std::vector<int64_t>{0, 1, 0, 1});
  CHECK(images.largest == 16);
  CHECK(images.pixels[6] == 16);

  const auto text = [&](const std::string& rows) {
    io::write_file(path, rows);
    return refused(path);
  };
  CHECK(text("") == "[" + path + "] the file is empty; expected IDX or CSV, or a directory");
  CHECK(text("a,b,c,d,e\n") == "[" + path + "] it has a header and no rows");
  CHECK(text("0,0,0,0,a\n0,0,0,a\n") == "[" + path + ":2] it has 4 columns and the first row 5");
  CHECK(text("0,0,0,a\n") ==
        "[" + path + ":1] 3 pixels are no square; expected the pixels of a picture, row by row, then the label");
  CHECK(text("0,0,0,0,a\n0,300,0,0,a\n") ==
        "[" + path + ":2] column 2 is '300'; expected a pixel, a whole number from 0 to 255");
  CHECK(text("0,0,0,0,a\n0,0,0,0,\n") == "[" + path + ":2] the last column, the label, is empty");
  CHECK(text("0,0,0,0,a\n0,0,0,0,a\n") ==
        "[" + path + "] all pictures are of the class 'a'; expected two classes or more");
  CHECK(text("0,0,0,0,a\n0,0,0,0,a\n0,0,0,0,b\n") ==
        "[" + path + "] the class 'b' has one picture; expected two or more of each");
  CHECK(refused(path, {.names = {"a", "c"}}) ==
        "[" + path + "] the class 'b' does not occur in the training data, which has a, c");
  io::write_file(path, "0,0,0,17,a\n0,0,0,0,b\n");
  CHECK(refused(path, {.names = {"a", "b"}, .largest = 16}) ==
        "[" + path + "] its pixels reach 17; those of the training data reach 16");
  CHECK(refused(path, {.names = {"a", "b"}, .channels = 1, .height = 3, .width = 3}) ==
        "[" + path + ":1] the picture is 2 x 2; expected 3 x 3 as the others (--resize brings all to one size)");
}

TEST_CASE("pictures come from a directory with a folder for each class") {
  const TempDir dir;
  namespace fs = std::filesystem;
  const std::string d = dir / "set";
  fs::create_directories(d);
  CHECK(refused(d) == "[" + d + "] it has no folders with pictures; expected one for each class");
  for (const char* name : {"cat", "dog"}) fs::create_directories(fs::path(d) / name);
  CHECK(refused(d) == "[" + d + "] it has no folders with pictures; expected one for each class");
  io::write_file(d + "/cat/1.png", png(2, 2, "\x10\x20\x30\x40"));
  io::write_file(d + "/cat/2.pgm", pgm(2, 2, "abcd"));
  io::write_file(d + "/dog/1.png", png(2, 2, "efgh"));
  CHECK(refused(d) == "[" + d + "] the class 'dog' has one picture; expected two or more of each");
  io::write_file(d + "/dog/2.png", png(2, 2, "ijkl"));
  const data::LabelledImages images = data::read_labelled_images(d);
  CHECK(images.names == std::vector<std::string>{"cat", "dog"});
  CHECK(images.labels == std::vector<int64_t>{0, 0, 1, 1});
  CHECK(std::string(images.pixels.begin(), images.pixels.end()) ==
        "\x10\x20\x30\x40"
        "abcdefghijkl");

  // 16 bits a pixel are the same scale: 0x4040 of 0xffff is 0x40 of 0xff.
  io::write_file(d + "/16.png", png(2, 2, "\x10\x10\x20\x20\x30\x30\x40\x40", 2));
  const data::Picture deep = data::read_picture(d + "/16.png");
  CHECK(std::string(deep.pixels.begin(), deep.pixels.end()) == "\x10\x20\x30\x40");
  std::filesystem::remove(d + "/16.png");

  const std::string odd = d + "/dog/3.png";
  io::write_file(odd, png(2, 4, "aabbccdd"));
  CHECK(refused(d) ==
        "[" + odd + "] the picture is 2 x 4; expected 2 x 2 as the others (--resize brings all to one size)");
  const data::LabelledImages resized = data::read_labelled_images(d, {.resize = true});
  CHECK(std::string(resized.pixels.end() - 4, resized.pixels.end()) == "abcd");
  CHECK(resized.notes == std::vector<std::string>{"pictures of other sizes were resized"});

  const std::string whole = png(2, 2, "efgh");
  io::write_file(odd, whole.substr(0, whole.size() - 20));
  CHECK(refused(d).starts_with("[" + odd + "] the PNG cannot be read: "));
  io::write_file(odd, "P5 2 2 255\nabc");
  CHECK(refused(d) == "[" + odd + "] the picture ends after 3 of 4 bytes");
  io::write_file(odd, "P5 2 x");
  CHECK(refused(d) == "[" + odd + "] the header has no height");
  io::write_file(odd, "P5 2 2 70000\nabcd");
  CHECK(refused(d) == "[" + odd + "] its pixels reach 70000; expected one byte each");
  io::write_file(odd, "hello");
  CHECK(refused(d) == "[" + odd + "] this is another kind of file; expected a PNG, PPM or PGM picture");
  io::write_file(odd, "");
  CHECK(refused(d) == "[" + odd + "] the file is empty; expected a PNG, PPM or PGM picture");
}

TEST_CASE("colours are read plane by plane, become grey by their brightness, and few levels become 255") {
  const TempDir dir;
  io::write_file(dir / "c.ppm", "P6 2 1 255\nabcdef");
  const data::Picture picture = data::read_picture(dir / "c.ppm");
  CHECK(picture.channels == 3);
  CHECK(std::string(picture.pixels.begin(), picture.pixels.end()) == "adbecf");
  const data::Picture grey = data::resized({3, 1, 1, {255, 0, 0}}, 1, 1, 1);
  CHECK(grey.pixels == std::vector<uint8_t>{76});  // 0.299 * 255
  io::write_file(dir / "g.pgm", std::string("P5 3 1 15\n\x00\x05\x0f", 13));
  CHECK(data::read_picture(dir / "g.pgm").pixels == std::vector<uint8_t>{0, 85, 255});
  CHECK(data::resized({1, 2, 2, {0, 100, 100, 200}}, 1, 1, 1).pixels == std::vector<uint8_t>{100});
  CHECK(data::resized({1, 1, 2, {0, 100}}, 1, 1, 4).pixels == std::vector<uint8_t>{0, 25, 75, 100});
}

TEST_CASE("training pictures are moved by the generator, and nothing else about them changes") {
  data::LabelledImages images;
  images.height = images.width = 4;
  images.pixels.assign(16, 0);
  images.pixels[5] = 255;  // row 1, column 1
  images.labels = {0};
  tasks::ImageExamples examples;
  examples.images = &images;
  examples.count = 1;
  const std::vector<int64_t> row = {0};
  const auto place = [&] {
    const std::vector<float> values = examples.batch(row).to_vector<float>();
    CHECK(std::count(values.begin(), values.end(), -1.0f) == 15);
    return std::find(values.begin(), values.end(), 1.0f) - values.begin();
  };
  CHECK(place() == 5);
  examples.shift = 1;
  std::set<std::ptrdiff_t> seen;
  manual_seed(3);
  std::vector<std::ptrdiff_t> first, again;
  for (int i = 0; i < 60; ++i) first.push_back(place());
  manual_seed(3);
  for (int i = 0; i < 60; ++i) again.push_back(place());
  CHECK(first == again);
  seen.insert(first.begin(), first.end());
  CHECK(seen == std::set<std::ptrdiff_t>{0, 1, 2, 4, 5, 6, 8, 9, 10});
  examples.shift = 0;
  examples.flip = true;
  seen.clear();
  for (int i = 0; i < 30; ++i) seen.insert(place());
  CHECK(seen == std::set<std::ptrdiff_t>{5, 6});
}

TEST_CASE("a class map adds up to the logit, and a ViT's map to less than 1") {
  manual_seed(1);
  const std::vector<std::string> names = {"a", "b", "c"};
  const Tensor x = randn({1, 1, 8, 8});
  NoGrad guard;
  for (const std::string model : {"cnn", "resnet"}) {
    tasks::ImageOptions options;
    options.model = model;
    options.width = 4;
    const auto net = tasks::image_network(options, {1, 8, 8, 3});
    net->eval();
    const auto groups = tasks::looks(*net, x, 1, names);
    CHECK(groups[0].maps[0].name == "for b");
    double total = 0, places = 0;
    for (const auto& row : groups[0].maps[0].rows)
      for (const double value : row) total += value, ++places;
    const Tensor bias = net->state_dict().back().second;  // of the head
    CHECK(std::abs(total / places - ((*net)(x)[0][1] - bias[1]).item()) < 1e-4);
  }
  tasks::ImageOptions options;
  options.model = "vit";
  options.width = 4, options.layers = 2, options.heads = 2;
  const auto vit = tasks::image_network(options, {1, 8, 8, 3});
  vit->eval();
  const auto groups = tasks::looks(*vit, x, 1, names);
  REQUIRE(groups.size() == 3);
  CHECK(groups[1].maps.size() == 2);
  double total = 0;
  for (const auto& row : groups[0].maps[0].rows)
    for (const double value : row) total += value;
  CHECK(total > 0.1);
  CHECK(total < 1);
}

TEST_CASE("maps stand beside each other where they fit, and none may be ragged") {
  const viz::PictureMap a{"a", {{0, 1}, {1, 0}}}, b{"b", {{2, 4, 4}}};
  CHECK(viz::maps_text({a, b}, 80, false) == "a     b\n  ██    ████\n██\n");
  CHECK(viz::maps_text({a, b}, 8, false) == "a\n  ██\n██\n\nb\n  ████\n");
  CHECK(viz::spread_over(a, {"", {{0, 0, 0, 0}, {0, 0, 0, 0}}}).rows ==
        std::vector<std::vector<double>>{{0, 0, 1, 1}, {1, 1, 0, 0}});
  CHECK_THROWS_WITH(viz::maps_text({{"a", {{1}, {1, 2}}}}, 80, false),
                    "[picture] row 1 has 2 values, but row 0 has 1; all rows must have the same length");
  viz::PicturePage page{"<t>", "s", a, {{"g", "n", {a}, {b, b}}}};
  CHECK_THROWS_WITH(viz::picture_html(page), "[picture_html] 2 filters for 1 maps of g; give one for each or none");
  page.groups[0].filters.pop_back();
  CHECK(viz::picture_html(page).find("&lt;t&gt;") != std::string::npos);
}

TEST_CASE("a tenth of each class is held out, in whatever order they stand") {
  tasks::ImageCorpus train;
  train.images.height = train.images.width = 1;
  train.images.names = {"a", "b", "c"};
  train.images.counts = {12, 5, 2};
  for (int64_t i = 0; i < 19; ++i) {
    train.images.labels.push_back(i < 5 ? 1 : i < 17 ? 0 : 2);  // b, then a, then c
    train.images.pixels.push_back(static_cast<uint8_t>(i));
  }
  const auto dev = tasks::hold_out_images(train);
  CHECK(dev->images.pixels == std::vector<uint8_t>{4, 16});
  CHECK(dev->images.labels == std::vector<int64_t>{1, 0});
  CHECK(dev->images.counts == std::vector<int64_t>{1, 1, 0});
  CHECK(train.images.counts == std::vector<int64_t>{11, 4, 2});
  CHECK(train.images.pixels == std::vector<uint8_t>{0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18});
}

TEST_CASE("labels beside pictures are found, and an edited one is noticed on --resume") {
  const InProcess lemma({&tasks::image()});
  const std::string images = lemma.dir / "x-images-idx3-ubyte", labels = lemma.dir / "x-labels-idx1-ubyte";
  CHECK(data::labels_beside(images).empty());
  std::string pixels, classes;
  for (int i = 0; i < 40; ++i)
    pixels += std::string(16, static_cast<char>(i % 2 * 200)), classes += static_cast<char>(i % 2);
  io::write_file(images, std::string("\0\0\x08\x03", 4) + big_endian(40) + big_endian(4) + big_endian(4) + pixels);
  io::write_file(labels, std::string("\0\0\x08\x01", 4) + big_endian(40) + classes);
  CHECK(data::labels_beside(images) == labels);
  CHECK(data::labels_beside(lemma.dir / "train.csv").empty());
  const Program run =
      lemma.run({"train", "image", "--train", "x-images-idx3-ubyte", "--width", "8", "--epochs", "1", "--out", "m"});
  INFO(run.out << run.err);
  REQUIRE(run.status == 0);
  std::reverse(classes.begin(), classes.end());
  io::write_file(labels, std::string("\0\0\x08\x01", 4) + big_endian(40) + classes);
  CHECK(lemma.run({"train", "image", "--out", "m", "--resume", "--epochs", "2"}).status == 2);
}

TEST_CASE("each network learns pictures, resumes, evaluates and answers through the program") {
  const InProcess lemma({&tasks::image()});
  io::write_file(lemma.dir / "train.csv", tiny::image(160));
  io::write_file(lemma.dir / "dev.csv", tiny::image(40));
  io::write_file(lemma.dir / "lies.png",
                 png(8, 8, std::string(16, '\0') + std::string(16, '\xf0') + std::string(32, '\0')));
  io::write_file(lemma.dir / "bad.png", png(8, 8, std::string(64, 'a')).substr(0, 50));
  for (const std::string model : {"cnn", "resnet", "vit"}) {
    const auto train = [&](const std::string& out, const std::string& epochs) {
      return lemma.run({"train",   "image", "--train",  "train.csv", "--dev",        "dev.csv", "--model", model,
                        "--width", "8",     "--layers", "1",         "--batch-size", "16",      "--lr",    "0.01",
                        "--shift", "0",     "--out",    model + out, "--epochs",     epochs});
    };
    const std::string whole_run = model == "vit" ? "24" : "8";  // it knows less of pictures
    const Program whole = train("", whole_run);
    INFO(whole.out << whole.err);
    REQUIRE(whole.status == 0);
    CHECK(whole.out.find("3 nearest") != std::string::npos);
    CHECK(train("cut", "3").status == 0);
    CHECK(lemma.run({"train", "image", "--out", model + "cut", "--resume", "--epochs", whole_run}).status == 0);
    for (const char* file : {"/model.safetensors", "/training.safetensors", "/pictures.json"})
      CHECK(io::read_file(lemma.dir / model + file) == io::read_file(lemma.dir / model + "cut" + file));
    const Program by_heart = lemma.run({"train", "image", "--train", "train.csv", "--dev", "dev.csv", "--model", model,
                                        "--width", "8", "--layers", "1", "--lr", "0.01", "--overfit-one-batch"});
    CHECK(by_heart.status == 0);
    CHECK(by_heart.out.find("PASS") != std::string::npos);
    const json score = json::parse(lemma.run({"evaluate", "--model", model, "--data", "dev.csv"}).out);
    CHECK(score["task"] == "image");
    CHECK(score["examples"] == 40);
    CHECK(score["accuracy"] > 0.9);
    CHECK(score["loss"] < 0.4);
    const Program answers = lemma.run({"predict", "--model", model, "lies.png", "bad.png", "lies.png"});
    CHECK(answers.status == 2);
    CHECK(std::count(answers.out.begin(), answers.out.end(), '\n') == 3);
    CHECK(answers.out.find(R"({"text":"bad.png","error":"'bad.png': the PNG cannot be read: )") != std::string::npos);
    const json answer = json::parse(answers.out.substr(0, answers.out.find('\n')));
    CHECK(answer["label"] == "lies");
    CHECK(answer["probabilities"]["lies"] > 0.5);
    const Program look = lemma.run({"attention", "--model", model, "lies.png", "--out", model + ".html"});
    CHECK(look.err == "");
    CHECK(io::read_file(lemma.dir / model + ".html").find("The model answers &#39;lies&#39;") != std::string::npos);
  }
  CHECK(lemma.run({"info", "--model", "vit"}).out.find("ViT of width 8") != std::string::npos);
  CHECK(lemma.run({"inspect", "train.csv"}).out.find("CSV, 4 x 4, pixels to 16") != std::string::npos);
  io::write_file(lemma.dir / "large.csv", "0,0,0,0,0,0,0,0,0,lies\n0,0,0,0,0,0,0,0,0,stands\n");
  CHECK(lemma.run({"evaluate", "--model", "cnn", "--data", "large.csv"}).status == 2);
  CHECK(lemma.run({"evaluate", "--model", "cnn", "--data", "large.csv", "--resize"}).status == 0);
}

TEST_CASE("a directory of pictures trains a model, and resumes only while it is as it was") {
  const InProcess lemma({&tasks::image()});
  for (const std::string name : {"lies", "stands"}) {
    std::filesystem::create_directories(lemma.dir / "set/" + name);
    for (int i = 0; i < 20; ++i) {
      std::string pixels(16, '\0');
      for (int k = 0; k < 4; ++k) pixels[static_cast<size_t>(name == "lies" ? i % 4 * 4 + k : k * 4 + i % 4)] = '\x7f';
      io::write_file(lemma.dir / "set/" + name + "/" + std::to_string(i) + ".png", png(4, 4, pixels));
    }
  }
  const std::vector<std::string> train = {"train", "image",    "--train", "set",   "--width",
                                          "4",     "--epochs", "2",       "--out", "m"};
  const Program first = lemma.run(train);
  INFO(first.err);
  CHECK(first.status == 0);
  const std::vector<std::string> resume = {"train", "image", "--resume", "--out", "m", "--epochs", "3"};
  CHECK(lemma.run(resume).status == 0);
  io::write_file(lemma.dir / "set/lies/0.png", png(4, 4, std::string(16, 'a')));
  CHECK(lemma.run({"train", "image", "--resume", "--out", "m", "--epochs", "4"}).err.find("has changed since") !=
        std::string::npos);
}
