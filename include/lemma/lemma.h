#pragma once
/// All of Lemma.

#include "lemma/autograd.h"
#include "lemma/core/memory.h"
#include "lemma/core/threads.h"
#include "lemma/ops.h"
#include "lemma/random.h"
#include "lemma/tensor.h"
