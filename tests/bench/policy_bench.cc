// How fast policies are decided, in one thread, and what a decision allocates. Not a test: run it before and
// after a change.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string>
#include <vector>

#include "latchkey/policy.h"

namespace {

long allocations = 0;

using namespace latchkey::policy;

// Runs `work` for a second of processor time, which other programs do not take from, and prints calls and
// allocations.
template <class Work>
void measure(const char* name, Work&& work) {
  for (int i = 0; i < 1000; ++i) work();
  long calls = 0;
  const long before = allocations;
  const std::clock_t start = std::clock();
  double seconds = 0;
  do {
    for (int i = 0; i < 1000; ++i) work();
    calls += 1000;
    seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  } while (seconds < 1);
  std::printf("%-58s %12.0f/s %8.2f allocations each\n", name, static_cast<double>(calls) / seconds,
              static_cast<double>(allocations - before) / static_cast<double>(calls));
}

Named named(const std::string& statements, Kind kind = Kind::identity) {
  return {compile("{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}", kind).policy, "", ""};
}

constexpr const char* kKey = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
constexpr const char* kDelegate =
    R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"})";

Request decrypt() {
  Request request;
  request.principal = Principal::parse("arn:aws:iam::123456789012:user/qe-app");
  request.action = "kms:Decrypt";
  request.resource = kKey;
  // About what a real call brings along.
  for (const char* key :
       {"aws:SourceIp", "aws:SecureTransport", "aws:CurrentTime", "aws:EpochTime", "aws:UserAgent",
        "aws:RequestedRegion", "kms:CallerAccount", "kms:EncryptionContext:tenant"}) {
    request.context.set(key, "10.0.0.1");
  }
  return request;
}

void expect(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

void tutorial() {
  const Request request = decrypt();
  Set set;
  set.identity.emplace().push_back(
      named(std::string(R"({"Effect":"Allow","Action":["kms:Decrypt","kms:Encrypt"],"Resource":")") + kKey +
            "\"}"));
  set.resource = named(kDelegate, Kind::key);
  expect(decide(request, set).outcome == Outcome::allowed, "tutorial");
  measure("one Allow and a key policy that delegates", [&] { (void)decide(request, set); });
  measure("the same, explained", [&] { (void)explain(request, set); });
}

void conditions() {
  Request request = decrypt();
  request.context.set("aws:PrincipalTag/team", "blue");
  Set set;
  set.resource = named(kDelegate, Kind::key);
  set.identity.emplace();
  for (int i = 0; i < 10; ++i) {
    set.identity->push_back(named(
        R"({"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/team":"bl*"},)"
        R"("IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]},"StringNotEquals":{"kms:EncryptionContext:tenant":"x)" +
        std::to_string(i) + R"("},"StringEquals":{"aws:PrincipalAccount":"123456789012"}}})"));
  }
  expect(decide(request, set).matched.size() == 11, "conditions");
  measure("10 policies with 4 conditions each", [&] { (void)decide(request, set); });
}

void wildcards() {
  const Request request = decrypt();
  std::string statements;
  for (int i = 0; i < 100; ++i) {
    statements += std::string(i ? "," : "") + R"({"Effect":"Allow","Action":["s)" + std::to_string(i) +
                  R"(:*","kms:*crypt"],"Resource":"arn:aws:kms:*:*:key/*-)" + std::to_string(i) + "*\"}";
  }
  Set set;
  set.resource = named(kDelegate, Kind::key);
  set.identity.emplace().push_back(named(statements));
  expect(decide(request, set).outcome == Outcome::allowed, "wildcards");
  measure("100 statements with wildcards", [&] { (void)decide(request, set); });
}

void lines() {
  std::vector<std::string> cases;
  for (int i = 0; i < 100; ++i) {
    cases.push_back(
        R"({"id":")" + std::to_string(i) +
        R"(","topic":"bench","request":{"principal":"arn:aws:iam::123456789012:user/a","action":"kms:Decrypt","resource":")" +
        kKey +
        R"(","context":{"kms:EncryptionContext:tenant":"a"}},"policies":{"identity":[{"Version":"2012-10-17","Statement":[)" +
        R"({"Sid":"s","Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}]}],"resource":{"Version":"2012-10-17","Statement":[)" +
        kDelegate + "]}}}");
  }
  std::size_t next = 0;
  measure("simulation lines, policies seen before",
          [&] { (void)simulate_line(cases[next++ % cases.size()], nullptr); });
  long fresh = 0;
  measure("simulation lines, each with a policy of its own", [&] {
    std::string line = cases[next++ % cases.size()];
    line.insert(line.find("\"Sid\":\"s") + 8, std::to_string(++fresh));
    (void)simulate_line(line, nullptr);
  });
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main() {
  tutorial();
  conditions();
  wildcards();
  lines();
}
