# `cmake --install`, so that another project's find_package(lemma) finds lemma::lemma.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(lemma_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lemma)
install(TARGETS lemma EXPORT lemma_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET lemma_program)
  file(RELATIVE_PATH from_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(lemma_program PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin_to_lib}")
  install(TARGETS lemma_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY include/lemma DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY data DESTINATION ${CMAKE_INSTALL_DATADIR}/lemma OPTIONAL)
install(EXPORT lemma_targets NAMESPACE lemma:: DESTINATION ${lemma_package_dir})

configure_package_config_file(cmake/lemmaConfig.cmake.in ${PROJECT_BINARY_DIR}/lemmaConfig.cmake
                              INSTALL_DESTINATION ${lemma_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lemmaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lemmaConfig.cmake ${PROJECT_BINARY_DIR}/lemmaConfigVersion.cmake
        DESTINATION ${lemma_package_dir})
