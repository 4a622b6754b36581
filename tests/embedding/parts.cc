// The policy language and the signing, without the emulator.
#include <latchkey/policy.h>
#include <latchkey/sigv4.h>

#include <iostream>

int main() {
  latchkey::sigv4::RawRequest request;
  request.method = "GET";
  request.target = "/";
  request.headers = {{"Host", " iam.amazonaws.com"}};
  const auto made =
      latchkey::sigv4::sign(request, {"AKIDEXAMPLE", "secret", ""},
                            {.service = "iam", .region = "us-east-1", .date = "20150830T123600Z"});
  const auto compiled = latchkey::policy::compile(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]})",
      latchkey::policy::Kind::identity);
  std::cout << made.signature.size() << (compiled.policy ? " compiled\n" : " refused\n");
  return made.signature.size() == 64 && compiled.policy ? 0 : 1;
}
