// The journal's ring, and the bytes in which it keeps an entry.
#include "pipeline/journal.h"

#include <catch2/catch.hpp>

#include "core/json.h"
#include "pipeline/packed_entry.h"

namespace latchkey {
namespace {

policy::Named named(const char* document, policy::Kind kind, const char* name, const char* arn = "") {
  return {policy::compile(document, kind).policy, name, arn};
}

constexpr char kAllow[] =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"one","Effect":"Allow","Action":"kms:*","Resource":"*"}]})";
constexpr char kDelegate[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]})";

// With everything that an entry can have.
Entry full_entry() {
  Entry entry;
  entry.id = "7e1b0e9c-3f66-4d1f-9a5e-2f1c5f0f9a01";
  entry.time = {1'893'456'000'123};
  entry.principal = "arn:aws:iam::123456789012:user/bob";
  entry.account = "123456789012";
  entry.access_key_id = "AKIAEXAMPLE000000001";
  entry.service = "kms";
  entry.operation = "Decrypt";
  entry.region = "us-east-1";
  entry.source_ip = "127.0.0.1";
  entry.user_agent = "agent/1.0";
  entry.tls = true;
  entry.parameters = Members{{"KeyId", "alias/x"}, {"Limit", 3}, {"EncryptionContext", Members{{"a", "b"}}}};
  entry.outcome = Entry::Outcome::would_deny;
  entry.status = 400;
  entry.error_code = "AccessDeniedException";
  entry.error_message = "no";
  entry.fault = "fault-1";
  entry.signature = SignatureTrace{"POST\n/\n", "AWS4-HMAC-SHA256\n", "the clock"};
  Evidence evidence;
  evidence.request.principal = policy::Principal::parse(entry.principal);
  evidence.request.principal.unique_id = "AIDAEXAMPLE";
  evidence.request.action = "kms:Decrypt";
  evidence.request.resource = "arn:aws:kms:us-east-1:123456789012:key/1";
  evidence.request.resource_account = entry.account;
  evidence.request.context.set("aws:SourceIp", entry.source_ip);
  evidence.request.context.set("kms:EncryptionContext:a", "b");
  evidence.request.context.set("kms:EncryptionContextKeys", std::vector<std::string>{"a", "another one"});
  evidence.request.context.set("aws:TagKeys", std::vector<std::string>{});
  evidence.policies.identity = {named(kAllow, policy::Kind::identity, "inline policy a of user/bob"),
                                policy::Named{nullptr, "broken", ""}};
  evidence.policies.resource = named(kDelegate, policy::Kind::key, "key policy");
  evidence.policies.boundary = named(kAllow, policy::Kind::identity, "managed policy b", "arn:aws:iam::aws:policy/b");
  evidence.policies.session.emplace();
  evidence.policies.scp = {{named(kAllow, policy::Kind::control, "scp")}, {}};
  evidence.policies.rcp.emplace(1);
  evidence.policies.grant = policy::Named{nullptr, "grant 1", entry.principal};
  evidence.decision = policy::decide(evidence.request, evidence.policies);
  entry.decisions.push_back(evidence);
  evidence.policies = {};
  evidence.policies.identity = {named(kAllow, policy::Kind::identity, "another")};
  evidence.policies.resource = named(kDelegate, policy::Kind::key, "key policy");
  evidence.decision = policy::decide(evidence.request, evidence.policies);
  REQUIRE(evidence.decision.matched.size() == 2);
  entry.decisions.push_back(evidence);
  return entry;
}

Entry entry_of(const std::string& id, const std::string& account = "111111111111") {
  Entry entry;
  entry.id = id;
  entry.account = account;
  entry.service = "kms";
  entry.operation = "Encrypt";
  return entry;
}

std::string ids(const Journal& journal, const JournalFilter& filter = {}) {
  std::string out;
  for (const auto& entry : journal.list(filter)) out += entry->id;
  return out;
}

TEST_CASE("an entry comes out of the journal as it went in, with its explanation") {
  const Entry entry = full_entry();
  Entry kept;
  {
    const PackedEntry packed = pack(entry);
    CHECK(has_id(packed, entry.id));
    CHECK_FALSE(has_id(packed, "7e1b0e9c"));
    kept = unpack(packed);
  }
  CHECK(to_json(explained(kept)) == to_json(explained(entry)));
  CHECK(kept.time == entry.time);
  CHECK(kept.parameters == entry.parameters);
  REQUIRE(kept.decisions.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const Evidence& was = entry.decisions[i];
    const Evidence& is = kept.decisions[i];
    CHECK(is.request.context.packed() == was.request.context.packed());
    CHECK(is.request.principal.unique_id == was.request.principal.unique_id);
    CHECK(is.policies.scp.has_value() == was.policies.scp.has_value());
    CHECK(is.policies.grant.has_value() == was.policies.grant.has_value());
    CHECK(is.decision.outcome == was.decision.outcome);
    CHECK(is.decision.cause == was.decision.cause);
    REQUIRE(is.decision.matched.size() == was.decision.matched.size());
    for (std::size_t m = 0; m < is.decision.matched.size(); ++m) {
      CHECK(is.decision.matched[m].kind == was.decision.matched[m].kind);
      CHECK(is.decision.matched[m].statement == was.decision.matched[m].statement);
      CHECK(is.decision.matched[m].policy == was.decision.matched[m].policy);
    }
  }
}

TEST_CASE("an entry takes less than a kilobyte and a half, however often it repeats itself") {
  const Entry entry = full_entry();
  CHECK(pack(entry).bytes.size() < 1536);
}

TEST_CASE("the ring keeps as many entries as it has places, the newest") {
  Journal journal(3);
  for (const char* id : {"a", "b", "c", "d", "e"}) journal.add(entry_of(id));
  CHECK(ids(journal) == "cde");
  CHECK(journal.find("b") == nullptr);
  REQUIRE(journal.find("d"));
  CHECK(journal.find("d")->operation == "Encrypt");
  CHECK(journal.counts().calls == 5);
  JournalFilter since;
  since.since = "d";
  CHECK(ids(journal, since) == "e");
  since.since = "gone";
  CHECK(ids(journal, since) == "cde");
  journal.clear();
  CHECK(ids(journal).empty());
  journal.add(entry_of("f"));
  CHECK(ids(journal) == "f");
}

TEST_CASE("an account's entries leave the ring and the others keep their order") {
  Journal journal(4);
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    journal.add(entry_of(id, std::string(id) == "c" ? "222222222222" : "111111111111"));
  }
  journal.clear_account("222222222222");
  CHECK(ids(journal) == "bde");
  journal.add(entry_of("f"));
  journal.add(entry_of("g"));
  CHECK(ids(journal) == "defg");
}

TEST_CASE("a journal without places counts and keeps nothing") {
  Journal journal(0);
  Entry entry = entry_of("a");
  entry.outcome = Entry::Outcome::denied;
  journal.add(entry);
  CHECK(ids(journal).empty());
  CHECK(journal.counts().calls == 1);
  CHECK(journal.counts().denials == 1);
}

}  // namespace
}  // namespace latchkey
