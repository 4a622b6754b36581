# What `cmake --install` puts where, in two parts: the program with its documentation, and what C++ tests are built with.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

string(REGEX MATCH "^[0-9]+" OPENSSL_VERSION_MAJOR "${OPENSSL_VERSION}")

# --- program ---
set(LATCHKEY_PACKAGING ${CMAKE_CURRENT_LIST_DIR})
set(LATCHKEY_DATA ${CMAKE_INSTALL_DATADIR}/latchkey)
install(TARGETS latchkey_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
if(TARGET latchkey_qe_client)
  install(TARGETS latchkey_qe_client RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/latchkey COMPONENT program)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/fixtures/ DESTINATION ${LATCHKEY_DATA}/fixtures COMPONENT program
        FILES_MATCHING PATTERN "*.json" PATTERN "*.md" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/ DESTINATION ${LATCHKEY_DATA}/scenarios COMPONENT program
        USE_SOURCE_PERMISSIONS FILES_MATCHING PATTERN "*.json" PATTERN "*.sh" PATTERN clients EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/fixtures/FORMAT.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME fixtures.md COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/scenarios/FORMAT.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME scenarios.md COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/emulator/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program
        FILES_MATCHING PATTERN "*.md")
install(FILES ${LATCHKEY_PACKAGING}/latchkey.service ${LATCHKEY_PACKAGING}/Containerfile
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT program)

# Compressed without a time in it, so that the same source makes the same package.
find_program(LATCHKEY_GZIP gzip REQUIRED)
function(latchkey_install_compressed source name destination component)
  set(out ${PROJECT_BINARY_DIR}/packaging/${name}.gz)
  add_custom_command(OUTPUT ${out} COMMAND ${LATCHKEY_GZIP} -9nc ${source} > ${out} DEPENDS ${source} VERBATIM)
  add_custom_target(latchkey_${component}_${name} ALL DEPENDS ${out})
  install(FILES ${out} DESTINATION ${destination} COMPONENT ${component})
endfunction()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/packaging)
configure_file(${LATCHKEY_PACKAGING}/latchkey.1.in ${PROJECT_BINARY_DIR}/packaging/latchkey.1 @ONLY)
latchkey_install_compressed(${PROJECT_BINARY_DIR}/packaging/latchkey.1 latchkey.1 ${CMAKE_INSTALL_MANDIR}/man1 program)

# --- development ---
set(LATCHKEY_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/latchkey)
foreach(room sigv4 policy core http)
  set_target_properties(latchkey_${room} PROPERTIES EXPORT_NAME ${room})
endforeach()
install(TARGETS latchkey latchkey_sigv4 latchkey_policy latchkey_core latchkey_http EXPORT latchkeyTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT latchkeyTargets NAMESPACE latchkey:: DESTINATION ${LATCHKEY_CMAKE} COMPONENT development)
install(FILES emulator/include/latchkey/emulator.h emulator/include/latchkey/policy.h
              sigv4/include/latchkey/sigv4.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/latchkey COMPONENT development)
configure_package_config_file(emulator/latchkeyConfig.cmake.in ${PROJECT_BINARY_DIR}/packaging/latchkeyConfig.cmake
                              INSTALL_DESTINATION ${LATCHKEY_CMAKE})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/packaging/latchkeyConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/packaging/latchkeyConfig.cmake
              ${PROJECT_BINARY_DIR}/packaging/latchkeyConfigVersion.cmake
        DESTINATION ${LATCHKEY_CMAKE} COMPONENT development)

# --- packages: `cpack -G DEB` and `cpack -G TGZ` in the build directory, or tests/packages/run ---
foreach(package latchkey liblatchkey-dev)
  string(REPLACE "latchkey" "program" component ${package})
  if(package STREQUAL liblatchkey-dev)
    set(component development)
  endif()
  set(doc ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${LATCHKEY_PACKAGING}/copyright DESTINATION ${doc} COMPONENT ${component})
  latchkey_install_compressed(${LATCHKEY_PACKAGING}/changelog changelog ${doc} ${component})
endforeach()
