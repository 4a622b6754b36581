#include <catch2/catch.hpp>
#include <chrono>

#include "policy/match.h"
#include "policy/request_view.h"
#include "unit/policy/helpers.h"

using namespace latchkey::policy;
using namespace latchkey::policy::test;

namespace {

bool matches(Syntax syntax, std::string_view pattern, std::string_view text, bool variables = true) {
  Request example = request(kUser, "s3:GetObject", "*");
  example.context.set("x:colon", "a:b");
  example.context.set("x:star", "*");
  example.context.set("x:bytes", "\xFF");
  const RequestView view(example);
  return Pattern(pattern, syntax, variables).matches(text, view);
}

}  // namespace

TEST_CASE("wildcards match by their place") {
  using Row = std::tuple<Syntax, const char*, const char*, bool>;
  const auto [syntax, pattern, text, wanted] = GENERATE(
      Row{Syntax::literal, "a*", "ab", false}, Row{Syntax::literal, "a*", "a*", true},
      Row{Syntax::like, "*", "", true}, Row{Syntax::like, "", "", true}, Row{Syntax::like, "", "a", false},
      Row{Syntax::like, "?", "", false}, Row{Syntax::like, "a*b*c", "abbc", true},
      Row{Syntax::like, "a*b*c", "acb", false}, Row{Syntax::like, "*a*a*a*", "aa", false},
      Row{Syntax::like, "*?*?", "ab", true}, Row{Syntax::like, "*?*?", "a", false},
      Row{Syntax::like, "a**b", "ab", true}, Row{Syntax::like, "?", "é", true},
      Row{Syntax::like, "??", "é", false}, Row{Syntax::like, "?", "😀", true},
      Row{Syntax::resource, "arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b/c", true},
      Row{Syntax::resource, "arn:*", "arn:aws:s3:::b", true},
      Row{Syntax::resource, "arn:aws:s3:::*:b", "arn:aws:s3:::a:c:b", true},
      Row{Syntax::resource, "arn:aws:a*z:r:1:x", "arn:aws:ab:z:r:1:x", false},
      Row{Syntax::resource, "arn:aws:*:x", "arn:aws:a:b:c:x", true},
      Row{Syntax::resource, "arn:aws:*a:x", "arn:aws:b:a:x", false},
      Row{Syntax::resource, "arn:aws:?:r:1:x", "arn:aws:::r:1:x", false},
      Row{Syntax::resource, "***", "anything", true},
      Row{Syntax::arn, "arn:aws:sns:*:*:a", "arn:aws:sns:r:1:a", true},
      Row{Syntax::arn, "arn:aws:sns:*:a", "arn:aws:sns:r:1:a", false},
      Row{Syntax::arn, "arn:aws:sns:*", "arn:aws:sns:r:1:a", false},
      Row{Syntax::arn, "*", "arn:aws:sns:r:1:a", true},
      Row{Syntax::arn, "arn:aws:sns:r:1:a*", "arn:aws:sns:r:1:a:b:c", true},
      Row{Syntax::arn, "arn:aws:sns:r:1:*", "arn:aws:sns:r:1", false});
  CAPTURE(pattern, text);
  CHECK(matches(syntax, pattern, text) == wanted);
}

TEST_CASE("variables are filled in, never interpreted") {
  using Row = std::tuple<Syntax, const char*, const char*, bool>;
  const auto [syntax, pattern, text, wanted] = GENERATE(
      Row{Syntax::literal, "${aws:username}", "Jane", true},
      Row{Syntax::literal, "${AWS:UserName}", "Jane", true},
      Row{Syntax::literal, "${ aws:username }", "Jane", true}, Row{Syntax::literal, "${x:none}", "", false},
      Row{Syntax::literal, "${x:none, 'd'}", "d", true}, Row{Syntax::literal, "${x:none,'d}e'}", "d}e", true},
      Row{Syntax::literal, "${x:none, ''}", "", true},
      Row{Syntax::literal, "${x:none, d}", "${x:none, d}", true},
      Row{Syntax::literal, "${x:none, 'd'", "${x:none, 'd'", true}, Row{Syntax::literal, "${", "${", true},
      Row{Syntax::literal, "$${$}", "$$", true}, Row{Syntax::like, "${x:star}", "abc", false},
      Row{Syntax::like, "${x:star}", "*", true}, Row{Syntax::like, "${*}${?}", "*?", true},
      Row{Syntax::like, "${*}${?}", "ab", false}, Row{Syntax::like, "${x:bytes}", "abc", false},
      Row{Syntax::resource, "arn:aws:s3:::b/${x:colon}", "arn:aws:s3:::b/a:b", true},
      Row{Syntax::resource, "arn:aws:sqs:r:${x:colon}", "arn:aws:sqs:r:a:b", false},
      Row{Syntax::literal, "${}", "", false});
  CAPTURE(pattern, text);
  CHECK(matches(syntax, pattern, text) == wanted);
}

TEST_CASE("a hostile pattern takes no more than its product of lengths") {
  std::string pattern, text(2000, 'a');
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(matches(Syntax::like, pattern + "b", text));
  CHECK_FALSE(
      matches(Syntax::like, "*" + std::string(1000, 'a') + "b*" + std::string(1000, 'a') + "c", text + text));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}
