// Documents that AWS refuses when they are stored, with its texts. The IAM texts are those that moto's list
// recorded from AWS (test_iam_policies.py); KMS's come from the issues of Terraform modules.
#include <catch2/catch.hpp>

#include "unit/policy/helpers.h"

using namespace latchkey::policy;
using namespace latchkey::policy::test;

namespace {

std::string with_version(const std::string& statement) {
  return R"({"Version":"2012-10-17","Statement":)" + statement + "}";
}

// The text of the refusal; "ok" if there is none.
std::string fault(const std::string& json, Kind kind, Strictness strictness = Strictness::as_written) {
  const Compiled compiled = compile(json, kind, strictness);
  CHECK((compiled.policy != nullptr) == !compiled.error.has_value());
  return compiled.error ? compiled.error->message : "ok";
}

constexpr const char* kSyntax = "Syntax errors in policy.";
constexpr const char* kLegacy = "The policy failed legacy parsing";
constexpr const char* kVendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
constexpr const char* kIamPath =
    "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, "
    "instance-profile/, mfa/, "
    "server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";

}  // namespace

TEST_CASE("an identity document with broken syntax is refused") {
  const std::string json = GENERATE(
      std::string(""), std::string("{}"), std::string("[]"), std::string("\"a\""), std::string("not json"),
      std::string(R"({"Version":"2012-10-17"})"), std::string(R"({"Version":"2012-10-17","Statement":[]})"),
      std::string(R"({"Version":"2012-10-17","Statement":"x"})"),
      std::string(
          R"({"Version":"2012-10-18","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})"),
      std::string(
          R"({"Version":["2012-10-17"],"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})"),
      std::string(
          R"({"Version":"2012-10-17","Id":["a"],"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})"),
      std::string(
          R"({"Version":"2012-10-17","Extra":1,"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})"),
      std::string(
          R"({"version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})"),
      with_version(R"({"Action":"s3:*","Resource":"*"})"),
      with_version(R"({"Effect":"Maybe","Action":"s3:*","Resource":"*"})"),
      with_version(R"({"Effect":["Allow"],"Action":"s3:*","Resource":"*"})"),
      with_version(R"({"Effect":"Allow","Actions":"s3:*","Resource":"*"})"),
      with_version(R"({"Effect":"Allow","Action":{"a":1},"Resource":"*"})"),
      with_version(R"({"Effect":"Allow","Action":[1],"Resource":"*"})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":{"a":"b"}})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":[["*"]]})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","NotResource":"*"})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Sid":1})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":"a"})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":[]})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":"a"}})"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Equals":{"a":"b"}}})"),
      with_version(
          R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"stringequals":{"a":"b"}}})"),
      with_version(
          R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForSomeValues:StringEquals":{"a":"b"}}})"),
      with_version(
          R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a":{"b":"c"}}}})"),
      with_version(
          R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a":["b",null]}}})"),
      with_version(R"({"Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*"})"),
      with_version(R"([{"Effect":"Allow","Action":"s3:*","Resource":"*"},"x"])"),
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})") + "x",
      with_version(R"({"Effect":"Allow","Action":"s3:*","Resource":")" + std::string(140'000, 'a') + "\"}"));
  CAPTURE(json.substr(0, 200));
  CHECK(fault(json, Kind::identity) == kSyntax);
}

TEST_CASE("an identity document is refused with the text of its first fault") {
  using Row = std::pair<const char*, const char*>;
  const auto [statement, text] = GENERATE(
      Row{R"({"Effect":"allow","Action":"s3:*","Resource":"*"})", kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws::a"})", kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3::a"})", kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"234-13"}}})",
          kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"2016-12-13t2:00:60"}}})",
          kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":["2016","soon"]}}})",
          kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"9223372036854775808"}}})",
          kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"-292275055-12-09"}}})",
          kLegacy},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"})",
          "Policy document should not specify a principal."},
      Row{R"({"Effect":"Allow","NotPrincipal":"*","Action":"s3:*","Resource":"*"})",
          "Policy document should not specify a principal."},
      Row{R"([{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"}])",
          "Statement IDs (SID) in a single policy must be unique."},
      Row{R"({"Sid":"a b","Effect":"Allow","Action":"s3:*","Resource":"*"})",
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
          "[0-9A-Za-z]*"},
      Row{R"({"Effect":"Allow","Resource":"*"})", "Policy statement must contain actions."},
      Row{R"({"Effect":"Allow","Action":[],"Resource":"*"})", "Policy statement must contain actions."},
      Row{R"({"Effect":"Allow","Action":"s3:*"})", "Policy statement must contain resources."},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":[]})", "Policy statement must contain resources."},
      Row{R"({"Effect":"Allow","Action":"s3","Resource":"*"})", kVendor},
      Row{R"({"Effect":"Allow","Action":"","Resource":"*"})", kVendor},
      Row{R"({"Effect":"Allow","NotAction":"","Resource":"*"})", kVendor},
      Row{R"({"Effect":"Allow","Action":"s3:a:b","Resource":"*"})",
          "Actions/Condition can contain only one colon."},
      Row{R"({"Effect":"Allow","Action":"a a:b","Resource":"*"})", "Vendor a a is not valid"},
      Row{R"({"Effect":"Allow","Action":"s*:b","Resource":"*"})", "Vendor s* is not valid"},
      Row{R"({"Effect":"Allow","Action":":b","Resource":"*","Sid":""})", "ok"},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"bucket"})",
          "Resource bucket must be in ARN format or \"*\"."},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:b"})",
          "Partition \"b\" is not valid for resource \"arn:b:*:*:*:*\"."},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:b:s3::c:d:e"})",
          "Partition \"b\" is not valid for resource \"arn:b:s3::c:d:e\"."},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws"})",
          "Resource vendor must be fully qualified and cannot contain regexes."},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:us-east-1::b"})",
          "Resource arn:aws:s3:us-east-1::b can not contain region information."},
      Row{R"({"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam:us-east-1:123456789012:user/a"})",
          "IAM resource arn:aws:iam:us-east-1:123456789012:user/a cannot contain region information."},
      Row{R"({"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::123456789012:foo"})", kIamPath},
      Row{R"({"Effect":"Allow","Action":"iam:*","NotResource":"arn:aws:iam::123456789012:root"})", kIamPath},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":["zz","aa"]})",
          "Resource aa must be in ARN format or \"*\"."});
  CAPTURE(statement);
  CHECK(fault(with_version(statement), Kind::identity) == text);
}

TEST_CASE("of several faults IAM names the one it finds first") {
  using Row = std::pair<const char*, const char*>;
  const auto [statement, text] = GENERATE(
      Row{R"({"Effect":"Allow","Action":"s:3:List","Resource":"x"})",
          "Resource x must be in ARN format or \"*\"."},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":""})", "Resource  must be in ARN format or \"*\"."},
      Row{R"({"Effect":"Allow","Action":"bad"})", kVendor},
      Row{R"({"Effect":"Allow","Resource":"arn:aws:s3::a"})", kLegacy},
      Row{R"({"Effect":"allow","Resource":"arn:aws:s3:us-east-1::a"})", kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:no:s3:::a","Condition":{"DateEquals":{"a":"x"}}})",
          kLegacy},
      Row{R"({"Effect":"Allow","Action":"s3:*","Resource":"aws:s3:::a"})",
          "Partition \"s3\" is not valid for resource \"arn:s3:::a:*\"."},
      Row{R"([{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Allow"}])",
          "Statement IDs (SID) in a single policy must be unique."},
      Row{R"({"Sid":"a b","Effect":"Allow"})", "Policy statement must contain actions."});
  CAPTURE(statement);
  CHECK(fault(with_version(statement), Kind::identity, Strictness::as_managed) == text);
}

TEST_CASE("what AWS stores is stored") {
  const char* const statement = GENERATE(
      R"({"Effect":"Allow","Action":"*","Resource":"*"})",
      R"([{"Effect":"Deny","NotAction":["s3:*","a-b.c:D"],"NotResource":["*"]}])",
      R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/${aws:username}/*"})",
      R"({"Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:*"})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:*:s3:::b"})",
      R"({"Effect":"Allow","Action":"iam:*","Resource":["arn:aws:iam::123456789012:role/a","arn:aws:iam::*:*"]})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:us-east-1:123456789012:accesspoint/a"})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{}})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Unknown":{},"DateLessThan":{"a":[]}}})",
      R"({"Effect":"Allow","Action":"iam: a b ","Resource":["arn:aws:fdsasf",""]})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":["01T","-292275054"]}}})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForAllValues:StringLikeIfExists":{"a":["b",true]},"NumericEquals":{"a":10}}})",
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":["2016-12-13t2:00:00.593194z","2017","1481595600","2016-12-13T02:00:00+01:00","2016-12-13T02:00Z"]}}})");
  CAPTURE(statement);
  CHECK(fault(with_version(statement), Kind::identity) == "ok");
}

TEST_CASE("only a managed policy has to be of version 2012-10-17") {
  const std::string old =
      R"({"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})";
  const std::string none = R"({"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})";
  const std::string wanted = "Policy document must be version 2012-10-17 or greater.";
  CHECK(fault(old, Kind::identity) == "ok");
  CHECK(fault(none, Kind::identity) == "ok");
  CHECK(fault(old, Kind::identity, Strictness::as_managed) == wanted);
  CHECK(fault(none, Kind::identity, Strictness::as_managed) == wanted);
  CHECK(fault(with_version(kAllowAll), Kind::identity, Strictness::as_managed) == "ok");
  CHECK(version(*compile(old, Kind::identity).policy) == "2008-10-17");
  CHECK(version(*compile(none, Kind::identity).policy) == "2008-10-17");
  CHECK(version(*compile(with_version(kAllowAll), Kind::identity).policy) == "2012-10-17");
}

TEST_CASE("a trust policy is refused in the words of its own parser") {
  using Row = std::pair<const char*, const char*>;
  const auto [statement, text] = GENERATE(
      Row{R"({"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"})",
          "ok"},
      Row{R"({"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]})",
          "ok"},
      Row{R"({"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:role/a/b"]},"Action":"sts:*"})",
          "ok"},
      Row{R"({"Effect":"Allow","Principal":{"Federated":["accounts.google.com","arn:aws:iam::123456789012:oidc-provider/x"]},"Action":"sts:AssumeRoleWithWebIdentity"})",
          "ok"},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"})",
          "Has prohibited field Resource"},
      Row{R"({"Effect":"Allow","NotPrincipal":"*","Action":"sts:AssumeRole"})",
          "Has prohibited field NotPrincipal"},
      Row{R"({"Effect":"Allow","Action":"sts:AssumeRole"})", "Missing required field Principal"},
      Row{R"({"Principal":"*","Action":"sts:AssumeRole"})", "Missing required field Effect"},
      Row{R"({"Effect":"Allow","Principal":"*"})", "Missing required field Action"},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Foo":1})", "Unknown field Foo"},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject"})",
          "AssumeRole policy may only specify STS AssumeRole actions."},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"sts:TagSessions"})",
          "AssumeRole policy may only specify STS AssumeRole actions."},
      Row{R"({"Effect":"Allow","Principal":{"AWS":"foo"},"Action":"sts:AssumeRole"})",
          "Invalid principal in policy: \"AWS\":\"foo\""},
      Row{R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/*"},"Action":"sts:AssumeRole"})",
          "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/*\""},
      Row{R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:group/a"},"Action":"sts:AssumeRole"})",
          "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:group/a\""},
      Row{R"({"Effect":"Allow","Principal":{"Service":"ec2"},"Action":"sts:AssumeRole"})",
          "Invalid principal in policy: \"SERVICE\":\"ec2\""},
      Row{R"({"Effect":"Allow","Principal":{"Federated":"google"},"Action":"sts:AssumeRole"})",
          "Federated principals must be valid domain names or SAML metadata ARNs"},
      Row{R"({"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"})",
          "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy "
          "has a statement with no principals!"});
  CAPTURE(statement);
  CHECK(fault(with_version(statement), Kind::trust) == text);
  CHECK(fault("not json", Kind::trust) == "This policy contains invalid Json");
}

TEST_CASE("a key policy is refused in KMS's words, which are often none") {
  using Row = std::pair<const char*, const char*>;
  const auto [statement, text] = GENERATE(
      Row{kDelegate, "ok"},
      Row{R"({"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"})",
          "ok"},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"kms:*"})", "ok"},
      Row{R"({"Effect":"Allow","Principal":"*","Resource":"*"})", "ok"}, Row{"[]", "ok"},
      Row{R"({"Effect":"Allow","Action":"kms:*","Resource":"*"})",
          "Policy contains a statement with no principal."},
      Row{R"({"Effect":"Allow","Principal":{},"Action":"kms:*","Resource":"*"})",
          "Policy contains a statement with no principal."},
      Row{R"({"Effect":"Allow","Principal":{"AWS":"foo"},"Action":"kms:*","Resource":"*"})",
          "Policy contains a statement with one or more invalid principals."},
      Row{R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":"kms:*","Resource":"*"})",
          "Policy contains a statement with one or more invalid principals."},
      Row{R"({"Effect":"Allow","Principal":{"AWS":[]},"Action":"kms:*","Resource":"*"})",
          "Policy contains a statement with one or more invalid principals."},
      Row{R"({"Effect":"allow","Principal":"*","Action":"kms:*","Resource":"*"})", ""},
      Row{R"({"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Foo":1})", ""});
  CAPTURE(statement);
  CHECK(fault(with_version(statement), Kind::key) == text);
  CHECK(fault("not json", Kind::key).empty());
}

TEST_CASE("the principals that a document names under AWS are listed as written") {
  const PolicyPtr policy = document(
      R"({"Effect":"Allow","Principal":{"AWS":["*","123456789012","arn:aws:iam::1:root","AROAEXAMPLEID000001"],"Service":"a.b"},"Action":"*"},)"
      R"({"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/a"},"Action":"*"},{"Effect":"Deny","Principal":"*","Action":"*"})",
      Kind::trust);
  CHECK(named_principals(*policy) == std::vector<std::string>{"123456789012", "arn:aws:iam::1:root",
                                                              "AROAEXAMPLEID000001",
                                                              "arn:aws:iam::123456789012:user/a"});
  CHECK(sid(*policy, 0).empty());
  CHECK(sid(*policy, 99).empty());
}
