#pragma once
/// The models of "Guide to self-attention network architecture in Python" and of two notebooks, formula by formula, so
/// that its readers can compare numbers. State-dict keys are those that PyTorch gives the guide's classes, so
/// weights trained there give the same outputs here, and vice versa. To train real models see lemma/nn/encoder.h.

#include "lemma/nn/guide/attention.h"
#include "lemma/nn/guide/encoder.h"
#include "lemma/nn/guide/generate.h"
#include "lemma/nn/guide/models.h"
#include "lemma/nn/guide/notebooks.h"
