#include "iam/tags.h"

#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

struct Kind {
  std::string title, member, value;
  Parameters named(const Parameters& more = {}) const {
    Parameters out{{member, value}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
};

const Kind kUser{"User", "UserName", "x"};
const Kind kRole{"Role", "RoleName", "x"};
const Kind kPolicy{"Policy", "PolicyArn", std::string(kAccountPolicy) + "x"};

void make(AwsTest& aws, const Kind& kind) {
  check_ok(aws.iam("Create" + kind.title, {{kind.title + "Name", "x"},
                                           {"AssumeRolePolicyDocument", kTrust},
                                           {"PolicyDocument", allow("kms:*")}}));
}

Parameters tags(const Tags& given) {
  Parameters out;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string prefix = "Tags.member." + std::to_string(i + 1);
    out.emplace_back(prefix + ".Key", given[i].first);
    out.emplace_back(prefix + ".Value", given[i].second);
  }
  return out;
}

Tags many(std::size_t count) {
  Tags out;
  for (std::size_t i = 0; i < count; ++i) out.emplace_back("key" + std::to_string(i), "");
  return out;
}

}  // namespace

TEST_CASE("tags are put, replaced whatever their case, listed by key and removed") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kRole, kPolicy);
  make(aws, kind);
  const std::string list = "List" + kind.title + "Tags";
  CHECK(children(aws.iam(list, kind.named()), list + "Result") == Names{"Tags", "IsTruncated"});
  check_ok(aws.iam("Tag" + kind.title, kind.named(tags({{"team", "red"}, {"cost", "1"}, {"area", ""}}))));
  CHECK(walk(aws, list, kind.named(), "Key") == Names{"area", "cost", "team"});
  check_ok(aws.iam("Tag" + kind.title, kind.named(tags({{"Team", "blue"}}))));
  CHECK(walk(aws, list, kind.named(), "Value") == Names{"blue", "", "1"});
  check_ok(aws.iam("Untag" + kind.title,
                   kind.named({{"TagKeys.member.1", "team"}, {"TagKeys.member.2", "unknown"}})));
  const Reply listed = aws.iam(list, kind.named());
  CHECK(all(listed, "Key") == Names{"area", "cost"});
  CHECK(children(listed, "member") == Names{"Key", "Value"});
}

TEST_CASE("tags that AWS refuses change nothing") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kRole, kPolicy);
  make(aws, kind);
  const std::string detected = "1 validation error detected: Value at 'tags.1.member.";
  const auto [given, code, message] = GENERATE_COPY(table<Parameters, std::string, std::string>({
      {tags({{"a", "1"}, {"A", "2"}}), "InvalidInput",
       "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
      {tags({{"aws:x", "1"}}), "InvalidInput", "Tag keys that begin with aws: are reserved for AWS use."},
      {tags({{"AWS:x", "1"}}), "InvalidInput", "Tag keys that begin with aws: are reserved for AWS use."},
      {{{"Tags.member.1.Key", "a"}},
       "ValidationError",
       detected + "value' failed to satisfy constraint: Member must not be null"},
      {tags({{std::string(129, 'k'), ""}}), "ValidationError",
       detected + "key' failed to satisfy constraint: Member must have length less than or equal to 128"},
      {tags({{"k", std::string(257, 'v')}}), "ValidationError",
       detected + "value' failed to satisfy constraint: Member must have length less than or equal to 256"},
      {tags({{"k*", "v"}}), "ValidationError",
       detected + "key' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                  "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"},
      {tags(many(51)), "ValidationError",
       "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length "
       "less than "
       "or equal to 50"},
      {{},
       "ValidationError",
       "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must not be null"},
  }));
  check_error(aws.iam("Tag" + kind.title, kind.named(given)), 400, code, message);
  CHECK(aws.iam("List" + kind.title + "Tags", kind.named()).count("Key") == 0);
}

TEST_CASE("an entity has at most fifty tags") {
  AwsTest aws;
  const Kind kind = GENERATE(kUser, kRole, kPolicy);
  make(aws, kind);
  check_ok(aws.iam("Tag" + kind.title, kind.named(tags(many(50)))));
  check_ok(aws.iam("Tag" + kind.title, kind.named(tags({{"KEY7", "again"}}))));
  check_error(aws.iam("Tag" + kind.title, kind.named(tags({{"more", ""}}))), 409, "LimitExceeded",
              "The number of tags has reached the maximum limit.");
}

TEST_CASE("merging keeps the place of a tag and takes the new spelling") {
  Tags kept{{"a", "1"}, {"b", "2"}};
  iam::merge_tags(kept, {{"A", "3"}, {"c", "4"}});
  CHECK(kept == Tags{{"A", "3"}, {"b", "2"}, {"c", "4"}});
  iam::remove_tags(kept, {"B", "none"});
  CHECK(kept == Tags{{"A", "3"}, {"c", "4"}});
}
