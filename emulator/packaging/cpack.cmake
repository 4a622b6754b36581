# `cpack -G DEB` makes latchkey_VERSION_ARCH.deb and liblatchkey-dev_VERSION_ARCH.deb, `cpack -G TGZ` the same as archives.
# emulator/packaging/check builds, checks, installs, tries and removes them.
set(CPACK_PACKAGE_NAME latchkey)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "The Latchkey authors")
set(CPACK_PACKAGE_CONTACT "The Latchkey authors <latchkey@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_ARCHIVE_PROGRAM_FILE_NAME latchkey-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_ARCHIVE_DEVELOPMENT_FILE_NAME latchkey-dev-${PROJECT_VERSION}-${CMAKE_SYSTEM_PROCESSOR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME latchkey)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
# Loaded when they are needed, so that nothing finds them in the program.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "libpng16-16, libqrencode4, libxmlsec1-openssl")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
    "offline emulator of AWS KMS, IAM and STS\nServes KMS, IAM and STS over HTTP and HTTPS on one port, for tests of\napplications that encrypt: it verifies the signature of every request,\nevaluates IAM policies as AWS does, and does real cryptography. It needs\nno AWS account and no network.\n.\nThis package has the program, scenarios that teach, and a client that\nencrypts as MongoDB drivers do.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liblatchkey-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libcpp-httplib-dev, libssl-dev, libsqlite3-dev, libyaml-dev, libpng16-16, libqrencode4, libxmlsec1-openssl, pkg-config")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "offline emulator of AWS KMS, IAM and STS (C++ library)\nThe emulator inside a C++ test: headers, archives, and the files with which\nCMake finds them. Its policy evaluation and its request signing are\nlibraries of their own.")
include(CPack)
