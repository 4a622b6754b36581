// What the tests of IAM share.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/aws_test.h"

namespace latchkey::test {

inline constexpr char kTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},)"
    R"("Action":"sts:AssumeRole"}]})";
inline constexpr char kAccountPolicy[] = "arn:aws:iam::000000000000:policy/";
inline constexpr char kAdministrator[] = "arn:aws:iam::aws:policy/AdministratorAccess";

inline void check_error(const Reply& reply, int status, const std::string& code, const std::string& message) {
  INFO(reply.body);
  CHECK(reply.status == status);
  CHECK(reply.code == code);
  CHECK(reply.message == message);
}

inline void check_ok(const Reply& reply) {
  INFO(reply.body);
  CHECK(reply.status == 200);
}

// The names of the elements directly inside the first element of a name, in order.
inline std::vector<std::string> children(const Reply& reply, const std::string& name) {
  std::vector<std::string> out;
  std::size_t at = reply.body.find("<" + name + ">");
  if (at == std::string::npos) return out;
  int depth = 0;
  while (true) {
    const std::size_t open = reply.body.find('<', at);
    const std::size_t close = reply.body.find('>', open);
    if (open == std::string::npos || close == std::string::npos) return out;
    const std::string tag = reply.body.substr(open + 1, close - open - 1);
    at = close + 1;
    if (tag.front() == '/') {
      if (--depth == 0) return out;
      continue;
    }
    const bool empty = tag.back() == '/';
    if (depth == 1) out.push_back(empty ? tag.substr(0, tag.size() - 1) : tag);
    if (!empty) ++depth;
  }
}

// The texts of all elements of a name.
inline std::vector<std::string> all(const Reply& reply, const std::string& name) {
  std::vector<std::string> out;
  const std::string open = "<" + name + ">";
  for (std::size_t at = reply.body.find(open); at != std::string::npos; at = reply.body.find(open, at + 1)) {
    const std::size_t from = at + open.size();
    out.push_back(reply.body.substr(from, reply.body.find("</", from) - from));
  }
  return out;
}

// Every page of a list, one item a page, until it is not truncated.
inline std::vector<std::string> walk(AwsTest& aws, const std::string& operation, Parameters parameters,
                                     const std::string& item) {
  std::vector<std::string> out;
  parameters.emplace_back("MaxItems", "1");
  std::string marker;
  for (int page = 0; page < 100; ++page) {
    Parameters with = parameters;
    if (!marker.empty()) with.emplace_back("Marker", marker);
    const Reply reply = aws.iam(operation, with);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    for (const std::string& found : all(reply, item)) out.push_back(found);
    marker = reply["Marker"];
    CHECK((reply["IsTruncated"] == "true") == !marker.empty());
    if (marker.empty()) return out;
  }
  return out;
}

using Names = std::vector<std::string>;

}  // namespace latchkey::test
