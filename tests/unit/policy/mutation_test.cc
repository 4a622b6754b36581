// Whatever comes in: no crash, no hang, and a refusal or an answer.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "latchkey/policy.h"
#include "policy/condition_values.h"
#include "policy/json_reader.h"
#include "support/paths.h"

using namespace latchkey::policy;

namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> out;
  for (const char* name : {"conditions", "match", "evaluation", "kms"}) {
    std::ifstream in(latchkey::test::data_path("policy/") + name + ".jsonl");
    std::string line;
    for (int i = 0; std::getline(in, line); ++i) {
      if (i % 7 == 0) out.push_back(line);
    }
  }
  return out;
}

// Changes, drops, repeats or moves a few bytes, or splices in something nasty.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::vector<std::string> kNasty = {"[",
                                                  "{",
                                                  "\"",
                                                  "\\",
                                                  "\\u0000",
                                                  "\xFF",
                                                  "\xFE",
                                                  "${",
                                                  "${aws:username",
                                                  "*",
                                                  "?",
                                                  ":",
                                                  "::::::::",
                                                  "null",
                                                  "true",
                                                  "1e999",
                                                  "-0",
                                                  std::string(1, '\0'),
                                                  "[[[[",
                                                  "}}}}",
                                                  ",",
                                                  "\\ud800",
                                                  "/33",
                                                  "${*}",
                                                  "', ",
                                                  "arn:",
                                                  "\"NotAction\":[],",
                                                  "-292",
                                                  "T25Z",
                                                  "::/0",
                                                  "999999999999999999999999",
                                                  "\xE2\x82"};
  const auto place = [&] { return text.empty() ? 0 : random() % text.size(); };
  for (std::size_t i = 0, n = 1 + random() % 4; i < n; ++i) {
    switch (random() % 5) {
      case 0:
        if (!text.empty()) text[place()] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.erase(place(), random() % 9);
        break;
      case 2:
        text.insert(place(), kNasty[random() % kNasty.size()]);
        break;
      case 3:
        text.insert(place(), text.substr(place(), random() % 40));
        break;
      default:
        text.resize(place());
    }
  }
  return text;
}

}  // namespace

TEST_CASE("changed simulation lines are answered, whatever they have become") {
  std::mt19937 random(7);
  const std::vector<std::string> lines = corpus();
  REQUIRE(lines.size() > 40);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = mutated(lines[random() % lines.size()], random);
    bool malformed = false;
    const std::string answer = simulate_line(line, &malformed);
    Json out;
    if (!read_json(answer, 64, out) || (out.find("error") == nullptr) == malformed) {
      CAPTURE(line, answer);
      FAIL("the answer is not an answer");
    }
  }
}

TEST_CASE("changed documents are compiled or refused, whatever they have become") {
  std::mt19937 random(8);
  const std::string document =
      R"({"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"S","Effect":"Allow","Principal":{"AWS":["*","123456789012"],"Service":"a.b"},)"
      R"("Action":["kms:De*","*"],"Resource":["arn:aws:kms:*:*:key/${aws:username, 'x'}","*"],"Condition":{"DateLessThan":{"a":"2016-12-13T02:00:00.5+01:00"},)"
      R"("IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"ForAllValues:StringLike":{"aws:TagKeys":["a*","${*}"]},"NumericEquals":{"n":1.5}}}]})";
  const std::string context_value = "2016-12-13T02:00:00.5+01:00";
  Request request;
  request.principal = Principal::parse("arn:aws:iam::123456789012:user/a/b");
  request.action = "kms:Decrypt";
  request.resource = "arn:aws:kms:us-east-1:123456789012:key/a";
  for (int i = 0; i < 20'000; ++i) {
    const std::string json = mutated(document, random);
    const std::string value = mutated(context_value, random);
    Request call = request;
    for (const char* key : {"a", "aws:SourceIp", "aws:TagKeys", "n"}) call.context.set(key, value);
    if (i % 3 == 0) call.principal = Principal::parse(mutated(request.principal.arn, random));
    if (i % 5 == 0) call.resource = mutated(request.resource, random);
    for (const Kind kind : {Kind::identity, Kind::resource, Kind::key, Kind::trust, Kind::control}) {
      const Compiled strict = compile(json, kind, Strictness::as_managed);
      const Compiled compiled = compile(json, kind, Strictness::lenient);
      if (!compiled.policy) continue;
      Set set;
      set.identity.emplace().push_back({compiled.policy, "p", ""});
      set.resource = Named{compiled.policy, "", ""};
      const Explanation why = explain(call, set);
      CHECK(why.decision.outcome == decide(call, set).outcome);
      CHECK_FALSE(why.sentence.empty());
      named_principals(*compiled.policy);
      (void)strict;
    }
    (void)parse_instant(value);
    (void)parse_number(value);
    (void)parse_address_range(value);
  }
}
