// libxml2 and libxmlsec1, for the one file that reads SAML. They are loaded with the first document: the names of their
// functions stand here for objects that call what was loaded, so that code reads as if it were linked.
#pragma once

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <libxml/xmlerror.h>

// This header of the library comes before its others.
#include <xmlsec/xmlsec.h>

#include <xmlsec/errors.h>
#include <xmlsec/keysmngr.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>

// clang-format off
#define LATCHKEY_XML_FUNCTIONS(X)                                                                               \
  X(xmlAddID) X(xmlCtxtReadMemory) X(xmlDocGetRootElement) X(xmlFreeDoc) X(xmlFreeParserCtxt)                   \
  X(xmlGetNoNsProp) X(xmlHasProp) X(xmlInitParser) X(xmlNewParserCtxt) X(xmlNodeGetContent) X(xmlRemoveID)      \
  X(xmlSetStructuredErrorFunc) X(xmlStopParser)                                                                 \
  X(xmlSecBufferGetData) X(xmlSecBufferGetSize) X(xmlSecDSigCtxCreate) X(xmlSecDSigCtxDestroy)                  \
  X(xmlSecDSigCtxEnableReferenceTransform) X(xmlSecDSigCtxEnableSignatureTransform) X(xmlSecDSigCtxVerify)      \
  X(xmlSecDSigReferenceCtxGetPreDigestBuffer) X(xmlSecEncCtxCreate) X(xmlSecEncCtxDecrypt)                      \
  X(xmlSecEncCtxDestroy) X(xmlSecErrorsDefaultCallbackEnableOutput) X(xmlSecInit) X(xmlSecKeyDestroy)           \
  X(xmlSecKeysMngrCreate) X(xmlSecKeysMngrDestroy) X(xmlSecOpenSSLAppDefaultKeysMngrAdoptKey)                   \
  X(xmlSecOpenSSLAppDefaultKeysMngrInit) X(xmlSecOpenSSLAppInit) X(xmlSecOpenSSLAppKeyLoadMemory)               \
  X(xmlSecOpenSSLInit) X(xmlSecOpenSSLTransformAes128CbcGetKlass) X(xmlSecOpenSSLTransformAes128GcmGetKlass)    \
  X(xmlSecOpenSSLTransformAes192CbcGetKlass) X(xmlSecOpenSSLTransformAes192GcmGetKlass)                         \
  X(xmlSecOpenSSLTransformAes256CbcGetKlass) X(xmlSecOpenSSLTransformAes256GcmGetKlass)                         \
  X(xmlSecOpenSSLTransformEcdsaSha256GetKlass) X(xmlSecOpenSSLTransformEcdsaSha384GetKlass)                     \
  X(xmlSecOpenSSLTransformEcdsaSha512GetKlass) X(xmlSecOpenSSLTransformRsaSha1GetKlass)                         \
  X(xmlSecOpenSSLTransformRsaSha256GetKlass) X(xmlSecOpenSSLTransformRsaSha384GetKlass)                         \
  X(xmlSecOpenSSLTransformRsaSha512GetKlass) X(xmlSecOpenSSLTransformSha1GetKlass)                              \
  X(xmlSecOpenSSLTransformSha256GetKlass) X(xmlSecOpenSSLTransformSha384GetKlass)                               \
  X(xmlSecOpenSSLTransformSha512GetKlass) X(xmlSecPtrListAdd) X(xmlSecPtrListGetItem) X(xmlSecPtrListGetSize)   \
  X(xmlSecTransformEnvelopedGetKlass) X(xmlSecTransformExclC14NGetKlass)
// clang-format on

namespace latchkey {

struct XmlLibrary {
#define LATCHKEY_MEMBER(name) decltype(&::name) name;
  LATCHKEY_XML_FUNCTIONS(LATCHKEY_MEMBER)
#undef LATCHKEY_MEMBER
  xmlFreeFunc free_text;
  // Where libxml2 keeps this thread's handler of errors and what it is given.
  xmlStructuredErrorFunc* (*error_handler)();
  void** (*error_context)();
};

// Throws std::runtime_error if the libraries are not installed.
const XmlLibrary& xml_library();

#define LATCHKEY_CALL(function)                         \
  struct function##_call {                              \
    template <class... Arguments>                       \
    auto operator()(Arguments... arguments) const {     \
      return xml_library().function(arguments...);      \
    }                                                   \
  };                                                    \
  inline constexpr function##_call function{};
LATCHKEY_XML_FUNCTIONS(LATCHKEY_CALL)
#undef LATCHKEY_CALL

}  // namespace latchkey
