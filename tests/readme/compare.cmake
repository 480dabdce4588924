# Runs the README's program: its output must be the README's, to the letter.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed RESULT_VARIABLE result)
file(READ ${EXPECTED} expected)
if(NOT result EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "README.md promises\n${expected}\nbut its program (exit ${result}) prints\n${printed}")
endif()
message("README.md's program prints what it promises.")
