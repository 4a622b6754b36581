// Which policy is named as the cause, and which statements decided: what AWS's messages are made of.
#include <catch2/catch.hpp>

#include "unit/policy/helpers.h"

using namespace latchkey::policy;
using namespace latchkey::policy::test;

namespace {

std::vector<std::string> labels(const Decision& decision) {
  std::vector<std::string> out;
  for (const Match& match : decision.matched)
    out.push_back(label(match) + "/" + std::to_string(match.statement));
  return out;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("a denied call names the kind of policy that AWS names") {
  Request call = request(kSession, "kms:Decrypt", kKey);
  Set set;
  set.identity.emplace();
  set.resource = named(kDelegate, Kind::key);

  SECTION("delegated, but nothing in IAM") {
    CHECK(decide(call, set).cause == Cause::identity);
    CHECK(decide(call, set).outcome == Outcome::implicit_deny);
    CHECK(decide(call, set).matched.empty());
  }
  SECTION("neither delegated nor named") {
    set.identity->push_back(named(kAllowAll));
    set.resource = named("", Kind::key);
    CHECK(decide(call, set).cause == Cause::resource);
  }
  SECTION("no key policy at all") {
    set.identity->push_back(named(kAllowAll));
    set.resource.reset();
    CHECK(decide(call, set).cause == Cause::resource);
  }
  SECTION("limits") {
    set.identity->push_back(named(kAllowAll));
    set.session.emplace();
    CHECK(decide(call, set).cause == Cause::session);
    set.boundary = named("");
    CHECK(decide(call, set).cause == Cause::boundary);
    set.scp.emplace(1);
    CHECK(decide(call, set).cause == Cause::scp);
    set.rcp.emplace(1);
    CHECK(decide(call, set).cause == Cause::rcp);
  }
  SECTION("another account's key") {
    call.principal = Principal::parse("arn:aws:iam::444455556666:user/Bob");
    CHECK(decide(call, set).cause == Cause::resource);
    set.resource = named(R"({"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"})", Kind::key);
    CHECK(decide(call, set).cause == Cause::identity);
  }
}

TEST_CASE("of several explicit denies the first in AWS's order is the cause, and all are matched") {
  Request call = request(kSession, "kms:Decrypt", kKey);
  Set set;
  const std::string deny = std::string(kAllowAll) + "," + kDenyAll;
  const std::string resource_deny = R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"})";
  set.session.emplace().push_back(named(deny));
  CHECK(decide(call, set).cause == Cause::session);
  set.boundary = named(deny);
  CHECK(decide(call, set).cause == Cause::boundary);
  set.identity.emplace().push_back(named(deny));
  CHECK(decide(call, set).cause == Cause::identity);
  set.resource = named(resource_deny, Kind::key);
  CHECK(decide(call, set).cause == Cause::resource);
  set.rcp.emplace(2)[1].push_back(named(resource_deny, Kind::control));
  CHECK(decide(call, set).cause == Cause::rcp);
  set.scp.emplace(1)[0].push_back(named(deny, Kind::control));
  const Decision decision = decide(call, set);
  CHECK(decision.cause == Cause::scp);
  CHECK(decision.outcome == Outcome::explicit_deny);
  CHECK(labels(decision) ==
        Labels{"scp[0][0]/1", "rcp[1][0]/0", "resource/0", "identity[0]/1", "boundary/1", "session[0]/1"});
  CHECK(sid(*decision.matched[3].policy, 1) == "No");
}

TEST_CASE("an allowed call names the statements that allowed it") {
  Request call = request(kUser, "kms:Decrypt", kKey);
  Set set;
  set.resource = named(kDelegate, Kind::key);
  set.identity.emplace().push_back(named(""));
  set.identity->push_back(
      named(std::string(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})") + "," + kAllowAll));
  set.scp.emplace(1)[0].push_back(named(kAllowAll, Kind::control));
  const Decision decision = decide(call, set);
  CHECK(decision.outcome == Outcome::allowed);
  CHECK(decision.cause == Cause::none);
  CHECK(labels(decision) == Labels{"resource/0", "identity[1]/1"});
}

TEST_CASE("a grant lets its grantee use the key without the key policy") {
  Request call = request(kSession, "kms:Decrypt", kKey);
  Set set;
  set.identity.emplace();
  set.resource = named("", Kind::key);
  CHECK(decide(call, set).outcome == Outcome::implicit_deny);
  set.grant = Named{nullptr, "abc", ""};
  CHECK(decide(call, set).outcome == Outcome::allowed);
  CHECK(labels(decide(call, set)) == Labels{"grant/0"});

  SECTION("but not against a deny") {
    set.identity->push_back(named(kDenyAll));
    CHECK(decide(call, set).outcome == Outcome::explicit_deny);
  }
  SECTION("a role's grant is limited by the session policy, a session's is not") {
    set.session.emplace();
    CHECK(decide(call, set).cause == Cause::session);
    set.grant->arn = kSession;
    CHECK(decide(call, set).outcome == Outcome::allowed);
  }
  SECTION("across accounts IAM must allow as well") {
    call.principal = Principal::parse("arn:aws:iam::444455556666:user/Bob");
    CHECK(decide(call, set).cause == Cause::identity);
    set.identity->push_back(named(kAllowAll));
    CHECK(decide(call, set).outcome == Outcome::allowed);
  }
}

TEST_CASE("a session is its role's by the exact ARN where the path is known") {
  Request call = request(kSession, "kms:Decrypt", kKey);
  Set set;
  set.resource = named(
      R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/a/b/App"},"Action":"*","Resource":"*"})",
      Kind::key);
  CHECK(decide(call, set).outcome == Outcome::allowed);
  call.principal.role_arn = "arn:aws:iam::123456789012:role/a/b/App";
  CHECK(decide(call, set).outcome == Outcome::allowed);
  call.principal.role_arn = "arn:aws:iam::123456789012:role/other/App";
  CHECK(decide(call, set).outcome == Outcome::implicit_deny);
}

TEST_CASE("unique ids name users, roles and sessions") {
  using Row = std::tuple<const char*, const char*, const char*, bool>;
  const auto [who, id, element, wanted] =
      GENERATE(Row{kUser, "AIDAEXAMPLE0000001", "AIDAEXAMPLE0000001", true},
               Row{kUser, "AIDAEXAMPLE0000001", "AIDAEXAMPLE0000002", false},
               Row{kUser, "", "AIDAEXAMPLE0000001", false},
               Row{kSession, "AROAEXAMPLE0000001:i-1", "AROAEXAMPLE0000001", true},
               Row{kSession, "AROAEXAMPLE0000001:i-1", "AROAEXAMPLE0000001:i-1", true},
               Row{kSession, "AROAEXAMPLE0000001:i-1", "AROAEXAMPLE0000001:i-2", false},
               Row{kRole, "AROAEXAMPLE0000001", "AROAEXAMPLE0000001", true});
  CAPTURE(who, id, element);
  Request call = request(who, "kms:Decrypt", kKey);
  call.principal.unique_id = id;
  Set set;
  set.resource = named(std::string(R"({"Effect":"Allow","Principal":{"AWS":")") + element +
                           R"("},"Action":"*","Resource":"*"})",
                       Kind::key);
  CHECK((decide(call, set).outcome == Outcome::allowed) == wanted);
}

TEST_CASE("principals are read from their texts") {
  using Caller = Principal::Kind;
  using Row = std::tuple<const char*, Caller, const char*, const char*>;
  const auto [text, kind, account, role] =
      GENERATE(Row{"anonymous", Caller::anonymous, "", ""}, Row{"", Caller::anonymous, "", ""},
               Row{"123456789012", Caller::root, "123456789012", ""},
               Row{"arn:aws:iam::123456789012:root", Caller::root, "123456789012", ""},
               Row{kUser, Caller::user, "123456789012", ""},
               Row{"arn:aws-cn:iam::123456789012:role/a/b", Caller::role, "123456789012",
                   "arn:aws-cn:iam::123456789012:role/a/b"},
               Row{kSession, Caller::role_session, "123456789012", kRole},
               Row{"arn:aws:sts::123456789012:federated-user/F", Caller::federated_user, "123456789012", ""},
               Row{"kms.amazonaws.com", Caller::service, "", ""},
               Row{"arn:aws:iam::123456789012:oidc-provider/x", Caller::service, "", ""},
               Row{"arn:", Caller::service, "", ""},
               Row{"arn:aws:sts::1:assumed-role/", Caller::role_session, "1", "arn:aws:iam::1:role/"});
  CAPTURE(text);
  const Principal who = Principal::parse(text);
  CHECK(who.kind == kind);
  CHECK(who.account == account);
  CHECK(who.role_arn == role);
}

TEST_CASE("context keys are found in any case and replaced, not doubled") {
  Context context;
  context.set("aws:SourceIp", "1");
  context.set("AWS:sourceip", std::vector<std::string>{"2", "3"});
  CHECK(context.entries().size() == 1);
  REQUIRE(context.find("aws:SOURCEIP").present());
  const Values seen = context.find("aws:SOURCEIP");
  CHECK(std::vector<std::string>(seen.begin(), seen.end()) == std::vector<std::string>{"2", "3"});
  CHECK(context.entries().front().key == "aws:SourceIp");
  CHECK_FALSE(context.find("aws:SourceI").present());
}
