# What only a shared library needs: a version in its name, and that nothing but Lemma's own names is seen from outside.
set_target_properties(lemma PROPERTIES DEFINE_SYMBOL "")  # the objects are the same, static or shared
get_target_property(lemma_type lemma TYPE)
if(NOT lemma_type STREQUAL "SHARED_LIBRARY")
  return()
endif()
# Before 1.0 a minor version may change any call.
set_target_properties(lemma PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                                       LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/lemma.map)
target_link_options(lemma PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/lemma.map)
