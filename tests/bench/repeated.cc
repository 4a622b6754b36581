#include "bench/repeated.h"

#include <cstdlib>

#include "core/encoding.h"
#include "core/json.h"

namespace latchkey::bench {

Repeated::Repeated(test::AwsTest& aws, std::string_view operation, const std::string& json,
                   const test::Caller& caller, int status)
    : aws_(aws), status_(status) {
  message_.request = aws.signed_kms(operation, json, caller);
  message_.peer_address = "127.0.0.1";
}

http::Answer Repeated::answer() const {
  http::Answer answer = aws_.pipeline.answer(message_);
  if (answer.status == status_) return answer;
  std::fprintf(stderr, "%d %s\n", answer.status, answer.body.c_str());
  std::exit(1);
}

std::string encrypt_input(const std::string& key) {
  return R"({"KeyId":")" + key + R"(","Plaintext":")" + base64_encode(std::string(96, 'x')) + "\"}";
}

std::string member(const http::Answer& answer, std::string_view name) {
  const auto document = parse_json(answer.body);
  return document->get<Members>().find(name)->get<std::string>();
}

}  // namespace latchkey::bench
