// What several files of tests sign.
#pragma once

#include "latchkey/sigv4.h"

inline latchkey::sigv4::SigningOptions options(bool sign_body = false) {
  latchkey::sigv4::SigningOptions result;
  result.service = "kms";
  result.region = "us-east-1";
  result.date = "20150830T123600Z";
  result.sign_body = sign_body;
  return result;
}
