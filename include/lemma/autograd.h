#pragma once
/// The tape, how results remember what made them, and the walk back along it.

#include "lemma/autograd/anomaly.h"
#include "lemma/autograd/grad.h"
#include "lemma/autograd/gradcheck.h"
#include "lemma/autograd/picture.h"
#include "lemma/tape/function.h"
#include "lemma/tape/grad_mode.h"
#include "lemma/tensor.h"
