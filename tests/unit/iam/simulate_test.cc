#include "iam_test.h"

using namespace latchkey;
using namespace latchkey::test;

namespace {

constexpr char kAlice[] = "arn:aws:iam::000000000000:user/alice";
constexpr char kKey[] = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab";
constexpr char kOtherKey[] = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
constexpr char kKeys[] = "arn:aws:kms:*:*:key/*";

std::string statement(const std::string& effect, const std::string& action, const std::string& more = "") {
  return R"({"Effect":")" + effect + R"(","Action":")" + action + R"(","Resource":"*")" + more + "}";
}

std::string document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

Parameters joined(Parameters a, const Parameters& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Reply custom(AwsTest& aws, const std::string& policy, const std::string& action,
             const Parameters& more = {}) {
  return aws.iam("SimulateCustomPolicy",
                 joined({{"PolicyInputList.member.1", policy}, {"ActionNames.member.1", action}}, more));
}

Reply principal(AwsTest& aws, const std::string& source, const std::string& action,
                const Parameters& more = {}) {
  return aws.iam("SimulatePrincipalPolicy",
                 joined({{"PolicySourceArn", source}, {"ActionNames.member.1", action}}, more));
}

Parameters context(const std::string& key, const std::string& type, const Names& values) {
  Parameters out{{"ContextEntries.member.1.ContextKeyName", key},
                 {"ContextEntries.member.1.ContextKeyType", type}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    out.emplace_back("ContextEntries.member.1.ContextKeyValues.member." + std::to_string(i + 1), values[i]);
  }
  return out;
}

}  // namespace

TEST_CASE("a simulation without resources is of everything, and names the statement that decided") {
  AwsTest aws;
  const Reply reply = custom(aws, allow("kms:*"), "kms:Decrypt");
  check_ok(reply);
  CHECK(children(reply, "SimulateCustomPolicyResult") == Names{"EvaluationResults", "IsTruncated"});
  CHECK(children(reply, "member") == Names{"EvalActionName", "EvalResourceName", "EvalDecision",
                                           "MatchedStatements", "MissingContextValues"});
  CHECK(reply["EvalActionName"] == "kms:Decrypt");
  CHECK(reply["EvalResourceName"] == "*");
  CHECK(reply["EvalDecision"] == "allowed");
  CHECK(reply["SourcePolicyId"] == "PolicyInputList.1");
  CHECK(reply["SourcePolicyType"] == "IAM Policy");
  CHECK(all(reply, "Line") == Names{"1", "1"});
  CHECK(all(reply, "Column") == Names{"38", "88"});
}

TEST_CASE("a simulation of one resource shows it twice, with empty details") {
  AwsTest aws;
  const Reply reply = custom(aws, allow("kms:*", kKeys), "kms:Decrypt", {{"ResourceArns.member.1", kKey}});
  CHECK(children(reply, "member") == Names{"EvalActionName", "EvalResourceName", "EvalDecision",
                                           "MatchedStatements", "MissingContextValues", "EvalDecisionDetails",
                                           "ResourceSpecificResults"});
  CHECK(reply.body.find("<EvalDecisionDetails/>") != std::string::npos);
  CHECK(reply.count("EvalDecisionDetails") == 0);
  CHECK(all(reply, "EvalResourceName") == Names{kKey, kKey});
  CHECK(reply["EvalResourceDecision"] == "allowed");
  CHECK(all(reply, "SourcePolicyId") == Names{"PolicyInputList.1", "PolicyInputList.1"});
}

TEST_CASE("several resources have one result with one of each, under the form of their ARNs") {
  AwsTest aws;
  const Parameters both{{"ResourceArns.member.1", kKey}, {"ResourceArns.member.2", kOtherKey}};
  const auto [policy, together, each] = GENERATE(table<std::string, std::string, Names>({
      {allow("kms:*", kKey), "allowed", {"allowed", "implicitDeny"}},
      {allow("kms:*", "*"), "allowed", {"allowed", "allowed"}},
      {allow("s3:*", "*"), "implicitDeny", {"implicitDeny", "implicitDeny"}},
      {document(statement("Allow", "kms:*") + R"(,{"Effect":"Deny","Action":"*","Resource":")" +
                std::string(kOtherKey) + "\"}"),
       "explicitDeny",
       {"allowed", "explicitDeny"}},
  }));
  const Reply reply = custom(aws, policy, "kms:Decrypt", both);
  CHECK(reply["EvalDecision"] == together);
  CHECK(all(reply, "EvalResourceDecision") == each);
  CHECK(reply["EvalResourceName"] == "arn:aws:kms:${Region}:${Account}:key/${KeyId}");
  const Reply option =
      custom(aws, policy, "kms:Decrypt", joined(both, {{"ResourceHandlingOption", "EC2-VPC-EBS"}}));
  const bool all_allowed = each == Names{"allowed", "allowed"};
  CHECK((option["EvalDecision"] == "allowed") == all_allowed);
}

TEST_CASE("the simulator decides as the evaluator does") {
  AwsTest aws;
  const std::string conditional =
      document(statement("Allow", "kms:*", R"(,"Condition":{"StringEquals":{"kms:ViaService":"x"}})"));
  const auto [policy, action, decision] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {allow("kms:*"), "kms:Decrypt", "allowed"},
      {allow("kms:*"), "KMS:decrypt", "allowed"},
      {allow("kms:*"), "iam:GetUser", "implicitDeny"},
      {document(statement("Allow", "*") + "," + statement("Deny", "kms:D*")), "kms:Decrypt", "explicitDeny"},
      {conditional, "kms:Decrypt", "implicitDeny"},
      {allow("sts:AssumeRole"), "sts:AssumeRole", "allowed"},
  }));
  for (const char* resource : {"", kKey, kOtherKey, "arn:aws:iam::000000000000:role/r", "arn:aws:s3:::b"}) {
    const Parameters more = *resource == 0 ? Parameters{} : Parameters{{"ResourceArns.member.1", resource}};
    CHECK(custom(aws, policy, action, more)["EvalDecision"] == decision);
  }
}

TEST_CASE("an explicit deny names only the statements that deny") {
  AwsTest aws;
  const Reply reply =
      custom(aws, document(statement("Allow", "*") + "," + statement("Deny", "kms:*")), "kms:Decrypt");
  CHECK(all(reply, "Column") == Names{"84", "134"});
}

TEST_CASE("keys that policies mention and nobody gave are missing") {
  AwsTest aws;
  const std::string policy =
      document(statement("Allow", "kms:*",
                         R"(,"Condition":{"StringEquals":{"kms:ViaService":"x","aws:PrincipalArn":"y"}})") +
               "," + statement("Deny", "s3:*", R"(,"Condition":{"Bool":{"aws:SecureTransport":"false"}})"));
  CHECK(all(custom(aws, policy, "kms:Decrypt"), "member").size() > 0);
  const Reply everything = custom(aws, policy, "kms:Decrypt", context("kms:viaservice", "string", {"x"}));
  CHECK(everything.body.find("<member>aws:PrincipalArn</member>") != std::string::npos);
  CHECK(everything.body.find("<member>aws:SecureTransport</member>") != std::string::npos);
  CHECK(everything.body.find("<member>kms:ViaService</member>") == std::string::npos);
  const Reply known =
      custom(aws, policy, "kms:Decrypt", {{"CallerArn", kAlice}, {"ResourceArns.member.1", kKey}});
  CHECK(known.body.find("<member>aws:PrincipalArn</member>") == std::string::npos);
  // With resources they stand with these.
  const std::size_t specific = known.body.find("<ResourceSpecificResults>");
  CHECK(known.body.find("<member>kms:ViaService</member>") > specific);
}

TEST_CASE("context entries of every type reach the conditions") {
  AwsTest aws;
  const auto [op, wanted, type, seen] = GENERATE(table<std::string, std::string, std::string, Names>({
      {"StringEquals", "a", "string", {"a"}},
      {"ForAnyValue:StringEquals", "a", "stringList", {"b", "a"}},
      {"NumericLessThan", "10", "numeric", {"9.5"}},
      {"ForAllValues:NumericLessThan", "10", "numericList", {"1", "2"}},
      {"Bool", "true", "boolean", {"TRUE"}},
      {"ForAnyValue:Bool", "true", "booleanList", {"false", "true"}},
      {"IpAddress", "10.0.0.0/8", "ip", {"10.1.2.3"}},
      {"ForAnyValue:IpAddress", "10.0.0.0/8", "ipList", {"::1", "10.1.2.3"}},
      {"BinaryEquals", "QUJD", "binary", {"QUJD"}},
      {"ForAnyValue:BinaryEquals", "QUJD", "binaryList", {"QUJE", "QUJD"}},
      {"DateLessThan", "2030-01-01T00:00:00Z", "date", {"2029-12-31T23:59:59Z"}},
      {"ForAllValues:DateLessThan", "2030-01-01T00:00:00Z", "dateList", {"2029-12-31"}},
  }));
  const std::string policy = document(
      statement("Allow", "kms:*", R"(,"Condition":{")" + op + R"(":{"test:key":")" + wanted + "\"}}"));
  CHECK(custom(aws, policy, "kms:Decrypt")["EvalDecision"] ==
        (op.starts_with("ForAllValues") ? "allowed" : "implicitDeny"));
  CHECK(custom(aws, policy, "kms:Decrypt", context("test:key", type, seen))["EvalDecision"] == "allowed");
}

TEST_CASE("simulations refuse what AWS refuses") {
  AwsTest aws;
  const std::string good = allow("kms:*");
  const std::string invalid = "InvalidInput", bad = "ValidationError";
  const auto [policy, action, more, code, message] =
      GENERATE_COPY(table<std::string, std::string, Parameters, std::string, std::string>({
          {"{", "kms:Decrypt", {}, invalid, "Syntax errors in policy."},
          {kTrust, "kms:Decrypt", {}, invalid, "Policy document should not specify a principal."},
          {good, "Decrypt", {}, invalid, "Invalid Action Name: Decrypt."},
          {good, "kms:*", {}, invalid, "Invalid Action Name: kms:*."},
          {good, "kms:", {}, invalid, "Invalid Action Name: kms:."},
          {good,
           "ab",
           {},
           bad,
           "1 validation error detected: Value at 'actionNames.1.member' failed to satisfy constraint: "
           "Member must have length greater than or equal to 3"},
          {good,
           "kms:Decrypt",
           {{"ResourceArns.member.1", "1234abcd"}},
           invalid,
           "ResourceNames are not in a valid ARN format: 1234abcd."},
          {good,
           "kms:Decrypt",
           {{"ResourceOwner", "123456789012"}},
           invalid,
           "'123456789012' is not a valid as a Resource Owner."},
          {good,
           "kms:Decrypt",
           {{"CallerArn", "arn:aws:iam::000000000000:role/r"}},
           invalid,
           "'arn:aws:iam::000000000000:role/r' is not valid as a Caller: it is not the ARN of an IAM user."},
          {good,
           "kms:Decrypt",
           {{"ResourcePolicy", document("")}},
           invalid,
           "CallerArn must be specified with a ResourcePolicy."},
          {good,
           "kms:Decrypt",
           {{"ResourcePolicy", "{"}, {"CallerArn", kAlice}},
           invalid,
           "Syntax errors in policy."},
          {good,
           "kms:Decrypt",
           {{"PermissionsBoundaryPolicyInputList.member.1", good},
            {"PermissionsBoundaryPolicyInputList.member.2", good}},
           invalid,
           "PermissionsBoundaryPolicyInputList can hold one policy only."},
          {good,
           "kms:Decrypt",
           {{"ResourceHandlingOption", "EC2"}},
           invalid,
           "'EC2' is not valid as a Resource Handling Option."},
          {good, "kms:Decrypt", context("test:key", "numeric", {"one"}), invalid,
           "Value one of context key test:key is not of type numeric."},
          {good, "kms:Decrypt", context("test:key", "ip", {"10.0.0.1", "10.0.0.2"}), invalid,
           "Context key test:key of type ip must have a single value."},
          {good, "kms:Decrypt", context("test:key", "text", {"a"}), bad,
           "1 validation error detected: Value at 'contextEntries.1.member.contextKeyType' failed to satisfy "
           "constraint: Member must satisfy enum value set"},
          {good, "kms:Decrypt", {{"Marker", "?"}}, bad, "Invalid Marker."},
      }));
  check_error(custom(aws, policy, action, more), 400, code, message);
}

TEST_CASE("a simulation needs policies and actions") {
  AwsTest aws;
  CHECK(aws.iam("SimulateCustomPolicy", {{"ActionNames.member.1", "kms:Decrypt"}}).code == "ValidationError");
  CHECK(aws.iam("SimulateCustomPolicy", {{"PolicyInputList.member.1", allow("*")}}).code ==
        "ValidationError");
  CHECK(aws.iam("SimulatePrincipalPolicy", {{"ActionNames.member.1", "kms:Decrypt"}}).code ==
        "ValidationError");
}

TEST_CASE("results come in pages, an action each") {
  AwsTest aws;
  Parameters parameters{{"PolicyInputList.member.1", allow("kms:*")}};
  Names actions;
  for (int i = 1; i <= 12; ++i) {
    actions.push_back("kms:Action" + std::to_string(i));
    parameters.emplace_back("ActionNames.member." + std::to_string(i), actions.back());
  }
  CHECK(walk(aws, "SimulateCustomPolicy", parameters, "EvalActionName") == actions);
}

TEST_CASE("a principal is simulated with all that it has, each policy under its name") {
  AwsTest aws;
  aws.user("alice", allow("kms:Decrypt"));
  check_ok(aws.iam("AttachUserPolicy", {{"UserName", "alice"}, {"PolicyArn", kAdministrator}}));
  check_ok(aws.iam("CreateGroup", {{"GroupName", "Team"}}));
  check_ok(aws.iam("PutGroupPolicy",
                   {{"GroupName", "Team"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}}));
  check_ok(aws.iam("AddUserToGroup", {{"GroupName", "Team"}, {"UserName", "alice"}}));
  const Reply reply = principal(aws, kAlice, "kms:Decrypt", {{"PolicyInputList.member.1", allow("*")}});
  CHECK(reply["EvalDecision"] == "allowed");
  CHECK(all(reply, "SourcePolicyId") ==
        Names{"user_alice_inline", "AdministratorAccess", "group_Team_p", "PolicyInputList.1"});
  const Reply group = principal(aws, "arn:aws:iam::000000000000:group/Team", "kms:Decrypt");
  CHECK(all(group, "SourcePolicyId") == Names{"group_Team_p"});
}

TEST_CASE("a role is simulated without its sessions") {
  AwsTest aws;
  check_ok(aws.iam("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", kTrust}}));
  check_ok(
      aws.iam("PutRolePolicy", {{"RoleName", "r"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:*")}}));
  const Reply reply =
      principal(aws, "arn:aws:iam::000000000000:role/r", "kms:Decrypt", {{"ResourceArns.member.1", kKey}});
  CHECK(reply["EvalDecision"] == "allowed");
  CHECK(reply["SourcePolicyId"] == "role_r_p");
}

TEST_CASE("who is not there cannot be simulated") {
  AwsTest aws;
  check_ok(aws.iam("CreateUser", {{"UserName", "bob"}, {"Path", "/x/"}}));
  const std::string start = "arn:aws:iam::000000000000:";
  const auto [arn, status, code, message] = GENERATE_COPY(table<std::string, int, std::string, std::string>({
      {start + "user/none", 404, "NoSuchEntity", "The user with name none cannot be found."},
      {start + "user/bob", 404, "NoSuchEntity", "The user with name bob cannot be found."},
      {start + "group/none", 404, "NoSuchEntity", "The group with name none cannot be found."},
      {start + "role/none", 404, "NoSuchEntity", "The role with name none cannot be found."},
      {start + "root", 400, "InvalidInput",
       "Invalid Entity Arn: " + start + "root does not clearly define entity type and name."},
      {"arn:aws:sts::000000000000:assumed-role/r/s", 400, "InvalidInput",
       "Invalid Entity Arn: arn:aws:sts::000000000000:assumed-role/r/s does not clearly define entity type "
       "and name."},
      {"twenty characters and more", 400, "InvalidInput",
       "Invalid Entity Arn: twenty characters and more does not clearly define entity type and name."},
  }));
  check_error(principal(aws, arn, "kms:Decrypt"), status, code, message);
  check_error(aws.iam("GetContextKeysForPrincipalPolicy", {{"PolicySourceArn", arn}}), status, code, message);
}

TEST_CASE("a boundary that takes part is reported, attached or given") {
  AwsTest aws;
  aws.user("alice", allow("*"));
  const std::string arn =
      aws.iam("CreatePolicy", {{"PolicyName", "B"}, {"PolicyDocument", allow("kms:*")}})["Arn"];
  CHECK(principal(aws, kAlice, "s3:ListBucket").count("PermissionsBoundaryDecisionDetail") == 0);
  check_ok(aws.iam("PutUserPermissionsBoundary", {{"UserName", "alice"}, {"PermissionsBoundary", arn}}));
  const Reply inside = principal(aws, kAlice, "kms:Decrypt");
  CHECK(inside["EvalDecision"] == "allowed");
  CHECK(inside["AllowedByPermissionsBoundary"] == "true");
  const Reply outside =
      principal(aws, kAlice, "s3:ListBucket", {{"ResourceArns.member.1", "arn:aws:s3:::b"}});
  CHECK(outside["EvalDecision"] == "implicitDeny");
  CHECK(all(outside, "AllowedByPermissionsBoundary") == Names{"false", "false"});
  const Reply replaced = principal(aws, kAlice, "s3:ListBucket",
                                   {{"PermissionsBoundaryPolicyInputList.member.1", allow("s3:*")}});
  CHECK(replaced["EvalDecision"] == "allowed");
  CHECK(replaced["AllowedByPermissionsBoundary"] == "true");
}

TEST_CASE("SCPs of the account take part, and only where there are any") {
  AwsTest aws;
  aws.user("alice", allow("*"));
  CHECK(principal(aws, kAlice, "kms:Decrypt").count("OrganizationsDecisionDetail") == 0);
  ControlPolicies controls;
  controls.account = "000000000000";
  controls.service = ControlPolicies::Levels{{Document(
      document(statement("Allow", "s3:*") + "," + statement("Allow", "iam:*")), policy::Kind::control)}};
  aws.store.load(controls);
  const Reply denied = principal(aws, kAlice, "kms:Decrypt");
  CHECK(denied["EvalDecision"] == "implicitDeny");
  CHECK(denied["AllowedByOrganizations"] == "false");
  const Reply allowed = principal(aws, kAlice, "s3:ListBucket");
  CHECK(allowed["EvalDecision"] == "allowed");
  CHECK(allowed["AllowedByOrganizations"] == "true");
}

TEST_CASE("a resource's policy counts for the caller it names") {
  AwsTest aws;
  aws.user("alice");
  const std::string named = document(
      R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"},"Action":"*","Resource":"*"})");
  const Parameters bucket{{"ResourceArns.member.1", "arn:aws:s3:::b/o"}, {"ResourcePolicy", named}};
  const Reply own = principal(aws, kAlice, "s3:GetObject", bucket);
  CHECK(own["EvalDecision"] == "allowed");
  CHECK(own["SourcePolicyId"] == "ResourcePolicy");
  CHECK(principal(aws, kAlice, "s3:GetObject",
                  joined(bucket, {{"CallerArn", "arn:aws:iam::000000000000:user/bob"}}))["EvalDecision"] ==
        "implicitDeny");
  // Across accounts both sides must allow.
  const Reply across = principal(aws, kAlice, "s3:GetObject",
                                 joined(bucket, {{"ResourceOwner", "arn:aws:iam::111122223333:root"}}));
  CHECK(across["EvalDecision"] == "implicitDeny");
  CHECK(all(across, "key") == Names{"IAM Policy", "Resource Policy", "IAM Policy", "Resource Policy"});
  CHECK(all(across, "value") == Names{"implicitDeny", "allowed", "implicitDeny", "allowed"});
  CHECK(principal(aws, kAlice, "s3:GetObject",
                  joined(bucket, {{"ResourceOwner", "arn:aws:iam::111122223333:root"},
                                  {"PolicyInputList.member.1", allow("s3:*")}}))["EvalDecision"] ==
        "allowed");
}

TEST_CASE("a key's policy is the only door to the key, where it is given") {
  AwsTest aws;
  aws.user("alice", allow("kms:*"));
  const auto [who, decision] = GENERATE(table<std::string, std::string>({
      {"arn:aws:iam::000000000000:root", "allowed"},
      {"arn:aws:iam::000000000000:user/bob", "implicitDeny"},
  }));
  const std::string policy =
      document(R"({"Effect":"Allow","Principal":{"AWS":")" + who + R"("},"Action":"kms:*","Resource":"*"})");
  CHECK(principal(aws, kAlice, "kms:Decrypt",
                  {{"ResourceArns.member.1", kKey}, {"ResourcePolicy", policy}})["EvalDecision"] == decision);
}

TEST_CASE("trust policies are read and left aside, as the simulator does") {
  AwsTest aws;
  aws.user("alice", allow("sts:AssumeRole"));
  const std::string deny =
      document(R"({"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*"})");
  CHECK(principal(aws, kAlice, "sts:AssumeRole",
                  {{"ResourceArns.member.1", "arn:aws:iam::000000000000:role/r"},
                   {"ResourcePolicy", deny}})["EvalDecision"] == "allowed");
}

TEST_CASE("context keys are listed for documents and for principals") {
  AwsTest aws;
  const std::string first =
      document(statement("Allow", "*", R"(,"Condition":{"Bool":{"aws:SecureTransport":true}})"));
  const std::string second = document(
      R"({"Effect":"Allow","Action":"*","Resource":"${aws:username}","Condition":{"Bool":{"AWS:SecureTransport":true}}})");
  CHECK(all(aws.iam("GetContextKeysForCustomPolicy",
                    {{"PolicyInputList.member.1", first}, {"PolicyInputList.member.2", allow("*")}}),
            "member") == Names{"aws:SecureTransport"});
  aws.user("alice", first);
  CHECK(all(aws.iam("GetContextKeysForPrincipalPolicy", {{"PolicySourceArn", kAlice}}), "member") ==
        Names{"aws:SecureTransport"});
  check_error(aws.iam("GetContextKeysForCustomPolicy", {{"PolicyInputList.member.1", "{"}}), 400,
              "InvalidInput", "Syntax errors in policy.");
}

TEST_CASE("simulating a principal is a permission on that principal") {
  AwsTest aws;
  aws.user("alice");
  const std::string operation = GENERATE("SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy");
  const Caller yes = aws.user("yes", allow("iam:" + operation, kAlice));
  const Caller no = aws.user("no", allow("iam:" + operation, "arn:aws:iam::000000000000:user/bob"));
  const Parameters parameters{{"PolicySourceArn", kAlice}, {"ActionNames.member.1", "kms:Decrypt"}};
  check_ok(aws.iam(operation, parameters, yes));
  check_error(aws.iam(operation, parameters, no), 403, "AccessDenied",
              "User: arn:aws:iam::000000000000:user/no is not authorized to perform: iam:" + operation +
                  " on resource: " + kAlice +
                  " because no identity-based policy allows the iam:" + operation + " action");
}

TEST_CASE("simulating documents is a permission without a resource") {
  AwsTest aws;
  const Caller yes = aws.user("yes", allow("iam:SimulateCustomPolicy"));
  const Caller no = aws.user("no");
  const Parameters parameters{{"PolicyInputList.member.1", allow("*")},
                              {"ActionNames.member.1", "kms:Decrypt"}};
  check_ok(aws.iam("SimulateCustomPolicy", parameters, yes));
  CHECK(aws.iam("SimulateCustomPolicy", parameters, no).code == "AccessDenied");
}
