#pragma once
/// The tape, which remembers how results were made, and the backward pass along it.

#include "lemma/autograd/anomaly.h"
#include "lemma/autograd/grad.h"
#include "lemma/autograd/gradcheck.h"
#include "lemma/autograd/picture.h"
#include "lemma/tape/function.h"
#include "lemma/tape/grad_mode.h"
#include "lemma/tape/node.h"
#include "lemma/tensor.h"
