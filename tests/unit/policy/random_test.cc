// Random cases, decided by both evaluators. LATCHKEY_RANDOM_CASES asks for more of them.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <random>

#include "latchkey/policy.h"
#include "unit/policy/naive.h"

namespace {

using naive::Strings;

// Small vocabularies, so that things meet: a case where nothing matches anything tests nothing.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  naive::Case make() {
    naive::Case c;
    c.principal = pick(kCallers);
    c.action = pick(kActions);
    c.resource = pick(kResources);
    if (c.action.rfind("kms:", 0) == 0 && chance(70)) c.resource = kKey;
    if (c.action.rfind("sts:", 0) == 0 && chance(70)) c.resource = kTarget;
    if (chance(40)) c.resource_account = chance(70) ? "111111111111" : "222222222222";
    for (const char* key : {"x:a", "x:b", "x:list", "x:n", "x:arn", "aws:username"}) {
      if (chance(40)) c.context[key] = values_of(key);
    }
    if (chance(80)) c.identity = documents(false, false);
    if (chance(75)) c.resource_policy = document(true, false);
    if (chance(20)) c.boundary = document(false, false);
    if (chance(20)) c.session = documents(false, false);
    if (chance(15)) c.scp = levels(false);
    if (chance(15)) c.rcp = levels(true);
    return c;
  }

 private:
  static constexpr const char* kKey = "arn:aws:kms:us-east-1:111111111111:key/k";
  static constexpr const char* kTarget = "arn:aws:iam::111111111111:role/Target";
  inline static const Strings kCallers = {"arn:aws:iam::111111111111:user/Jane",
                                          "arn:aws:iam::111111111111:role/App",
                                          "arn:aws:sts::111111111111:assumed-role/App/s",
                                          "arn:aws:sts::111111111111:federated-user/Fran",
                                          "arn:aws:iam::111111111111:root",
                                          "arn:aws:iam::222222222222:user/Bob",
                                          "arn:aws:sts::222222222222:assumed-role/App/s",
                                          "arn:aws:iam::222222222222:root",
                                          "anonymous",
                                          "sns.amazonaws.com"};
  inline static const Strings kActions = {
      "s3:GetObject",   "s3:PutObject",          "kms:Decrypt", "kms:RetireGrant", "kms:ScheduleKeyDeletion",
      "sts:AssumeRole", "sts:GetCallerIdentity", "iam:GetUser"};
  inline static const Strings kActionPatterns = {"*",     "s3:*",     "S3:GetObject", "s3:?etObject",
                                                 "kms:*", "kms:De*t", "kms:Decrypt",  "sts:AssumeRole",
                                                 "iam:*", "*:*Get*"};
  inline static const Strings kResources = {"arn:aws:s3:::b/Jane/x",
                                            "arn:aws:s3:::b/y",
                                            kKey,
                                            "arn:aws:kms:us-east-1:111111111111:alias/a",
                                            kTarget,
                                            "arn:aws:sqs:us-east-1:111111111111:q",
                                            "*"};
  inline static const Strings kResourcePatterns = {"*",
                                                   "arn:aws:s3:::b/*",
                                                   "arn:aws:s3:::b/${aws:username}/*",
                                                   "arn:aws:s3:::b/${x:a, 'Jane'}/?",
                                                   kKey,
                                                   kTarget,
                                                   "arn:aws:*",
                                                   "arn:aws:kms:*:111111111111:key/*",
                                                   "arn:aws:s?s:us*1:*:q",
                                                   "arn:aws:s3:::b/${*}",
                                                   "arn:aws:sqs:*:q",
                                                   "arn:aws:iam:*Target",
                                                   "arn:aws:s3:::*/x",
                                                   "arn:aws:sqs:us-east-1:${x:b}:q"};
  inline static const Strings kPrincipals = {"*",
                                             "111111111111",
                                             "arn:aws:iam::111111111111:root",
                                             "222222222222",
                                             "arn:aws:iam::111111111111:user/Jane",
                                             "arn:aws:iam::111111111111:role/App",
                                             "arn:aws:iam::111111111111:role/path/App",
                                             "arn:aws:sts::111111111111:assumed-role/App/s",
                                             "arn:aws:sts::111111111111:federated-user/Fran",
                                             "arn:aws:iam::222222222222:user/Bob",
                                             "arn:aws:iam::222222222222:role/App",
                                             "Service:sns.amazonaws.com",
                                             "arn:aws:iam::111111111111:user/*"};

  bool chance(unsigned percent) { return random_() % 100 < percent; }
  const std::string& pick(const Strings& from) { return from[random_() % from.size()]; }
  Strings some(const Strings& from, unsigned most) {
    Strings out;
    for (unsigned i = 0, n = 1 + static_cast<unsigned>(random_() % most); i < n; ++i)
      out.push_back(pick(from));
    return out;
  }

  Strings values_of(const std::string& key) {
    if (key == "x:n") return {pick({"1", "2", "2.0", "-3", "zz"})};
    if (key == "x:arn") return {pick({"arn:aws:sns:r:1:t", "arn:aws:sns:r:1:t:u", "arn:aws:sns:r", "t"})};
    if (key == "x:list") return chance(20) ? Strings() : some({"a", "b", "c", ""}, 3);
    return {pick({"a", "A", "Jane", "a*", "ab", "true", "", "111111111111"})};
  }

  naive::Condition condition() {
    naive::Condition c;
    c.key = pick({"x:a", "X:A", "x:b", "x:list", "x:n", "x:arn", "aws:username", "aws:PrincipalArn",
                  "aws:PrincipalAccount", "x:none"});
    c.op = pick({"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
                 "StringLike", "StringNotLike", "ArnEquals", "ArnNotLike", "Bool", "NumericEquals",
                 "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "Null"});
    if (chance(30)) c.set = chance(50) ? "ForAllValues" : "ForAnyValue";
    c.if_exists = chance(20) && c.op != "Null";
    c.values = some(
        {"a", "b", "a*", "?", "${x:a}", "${x:b, 'a'}", "a${*}", "Jane", "true", "false", "1", "2",
         "111111111111", "arn:aws:sns:*:1:t", "arn:aws:iam::111111111111:*", "arn:aws:sns:r:${x:b}:t*", ""},
        3);
    return c;
  }

  naive::Statement statement(bool principals) {
    naive::Statement s;
    s.deny = chance(25);
    if (principals) s.principal_element = chance(4) ? "" : chance(90) ? "Principal" : "NotPrincipal";
    if (!s.principal_element.empty()) s.principals = some(kPrincipals, 3);
    s.action_element = chance(3) ? "" : chance(90) ? "Action" : "NotAction";
    if (!s.action_element.empty()) s.actions = some(kActionPatterns, 2);
    s.resource_element = chance(3) ? "" : chance(90) ? "Resource" : "NotResource";
    if (!s.resource_element.empty()) s.resources = chance(50) ? Strings{"*"} : some(kResourcePatterns, 2);
    if (chance(30)) s.conditions.push_back(condition());
    if (chance(8)) {
      const naive::Condition more = condition();
      // An operator may stand only once in a block.
      const bool same = !s.conditions.empty() && s.conditions[0].op == more.op &&
                        s.conditions[0].set == more.set && s.conditions[0].if_exists == more.if_exists;
      if (!same) s.conditions.push_back(more);
    }
    return s;
  }

  naive::Document document(bool principals, bool full) {
    naive::Document d;
    d.new_version = chance(90);
    for (std::size_t i = 0, n = random_() % 4; i < n; ++i) d.statements.push_back(statement(principals));
    if (full)
      d.statements.push_back(
          {false, principals ? "Principal" : "", {"*"}, "Action", {"*"}, "Resource", {"*"}, {}});
    if (!principals) {
      for (naive::Statement& s : d.statements) s.principals.clear();
    }
    return d;
  }
  std::vector<naive::Document> documents(bool principals, bool full) {
    std::vector<naive::Document> out;
    for (std::size_t i = 0, n = random_() % 3; i < n; ++i) out.push_back(document(principals, full));
    return out;
  }
  std::vector<std::vector<naive::Document>> levels(bool principals) {
    std::vector<std::vector<naive::Document>> out;
    for (std::size_t i = 0, n = random_() % 3; i < n; ++i) {
      out.push_back({document(principals, chance(80))});
      if (chance(30)) out.back().push_back(document(principals, false));
    }
    return out;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a second evaluator agrees on random cases") {
  const char* const asked = std::getenv("LATCHKEY_RANDOM_CASES");
  const long count = asked ? std::atol(asked) : 20'000;
  Maker maker(20'121'017);
  std::map<std::string, long> outcomes;
  for (long i = 0; i < count; ++i) {
    const naive::Case c = maker.make();
    const std::string expected = c.action == "sts:AssumeRole" &&
                                         c.principal.find(":root") != std::string::npos &&
                                         naive::decide(c) == "allowed"
                                     ? "implicitDeny"  // simulate's own rule: root users cannot assume roles
                                     : naive::decide(c);
    const std::string line = naive::to_json(c);
    bool malformed = false;
    const std::string answer = latchkey::policy::simulate_line(line, &malformed);
    ++outcomes[expected];
    if (answer.find("\"decision\":\"" + expected + "\"") != std::string::npos) continue;
    INFO("case " << i << "\n" << line << "\n" << answer);
    CHECK(expected == "");
    break;
  }
  // The cases are worth deciding only if each answer is common.
  for (const char* outcome : {"allowed", "implicitDeny", "explicitDeny"}) {
    CAPTURE(outcome);
    CHECK(outcomes[outcome] > count / 20);
  }
}
