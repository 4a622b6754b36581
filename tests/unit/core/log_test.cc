// Log lines: one a call, in the two formats, whatever a client has put into the fields.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "core/log.h"

namespace latchkey {
namespace {

std::string line_of(LogFormat format, LogLevel level, std::string_view message, const Members& fields) {
  std::string out;
  const Log log(LogLevel::info, format, [&](const std::string& line) { out += line; });
  log.write(level, message, fields);
  return out;
}

const Members kFields{{"principal", "arn:aws:iam::000000000000:user/a\nb\"c"}, {"status", 400}, {"tls", true}};

TEST_CASE("a log line as JSON is one document on one line") {
  const std::string line = line_of(LogFormat::json, LogLevel::error, "denied\r\n\x01", kFields);
  REQUIRE(line.find('\n') == line.size() - 1);
  const auto parsed = parse_json(line);
  REQUIRE(parsed);
  const Members& members = parsed->get<Members>();
  REQUIRE(members.size() == 6);
  CHECK(members.find("time")->get<std::string>().size() == std::string("2026-01-01T00:00:00.000Z").size());
  CHECK(*members.find("level") == Value("error"));
  CHECK(*members.find("message") == Value("denied\r\n\x01"));
  CHECK(*members.find("principal") == *kFields.find("principal"));
  CHECK(*members.find("status") == Value(400));
  CHECK(*members.find("tls") == Value(true));
}

TEST_CASE("a log line as text cannot be broken by what a client sent") {
  const std::string line = line_of(LogFormat::text, LogLevel::error, "denied\nforged", kFields);
  CHECK(line.substr(line.find(' ')) ==
        " error denied forged principal=arn:aws:iam::000000000000:user/a b\"c status=400 tls=true\n");
}

TEST_CASE("what is below the level is not written") {
  CHECK(line_of(LogFormat::text, LogLevel::debug, "allowed", {}).empty());
  CHECK_FALSE(line_of(LogFormat::text, LogLevel::info, "listens", {}).empty());
}

}  // namespace
}  // namespace latchkey
