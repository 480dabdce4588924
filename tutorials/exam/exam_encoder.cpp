// The final exam: an encoder layer from an empty file, compared with PyTorch's numbers. Run it by exam.sh.
#include "exam_inputs.h"

#ifndef LEARNER
#define LEARNER "my_encoder.h"
#endif
#include LEARNER

#include "exam.h"

int main() { return exam::sit() == 0 ? 0 : 1; }
