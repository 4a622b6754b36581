// A signed call that is sent again and again, straight into the pipeline.
#pragma once

#include <string>
#include <string_view>

#include "bench/meter.h"
#include "support/aws_test.h"

namespace latchkey::bench {

class Repeated {
 public:
  // Ends the program where an answer has another status.
  Repeated(test::AwsTest& aws, std::string_view operation, const std::string& json, const test::Caller& caller = {},
           int status = 200);

  http::Answer answer() const;
  void operator()() const { answer(); }

 private:
  test::AwsTest& aws_;
  http::Message message_;
  int status_;
};

// Encrypt's and Decrypt's input, and so on: a plaintext of 96 bytes, which is MongoDB's data key.
std::string encrypt_input(const std::string& key);
std::string member(const http::Answer& answer, std::string_view name);

}  // namespace latchkey::bench
