// One process with 100 000 keys, 10 000 users and roles and 1 000 policies: what calls cost before and after, how fast keys
// are made, how long lists and a start from a data directory take.
//   scale_bench [KEYS]
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "bench/repeated.h"
#include "store/sqlite.h"

namespace {

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::bench;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void latencies(const char* when, AwsTest& aws, const std::string& key, const Caller& nobody) {
  std::printf("%s: Encrypt %.2f us, denied %.2f us\n", when,
              cost_of(Repeated(aws, "Encrypt", encrypt_input(key))).microseconds,
              cost_of(Repeated(aws, "Encrypt", encrypt_input(key), nobody, 400)).microseconds);
}

void make(AwsTest& aws, std::string_view operation, const Parameters& input) {
  const auto reply = aws.iam(operation, input);
  if (reply.status == 200) return;
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(operation.size()), operation.data(), reply.body.c_str());
  std::exit(1);
}

void make_iam(AwsTest& aws, int people, int policies) {
  for (int i = 0; i < policies; ++i) {
    make(aws, "CreatePolicy", {{"PolicyName", "policy" + std::to_string(i)}, {"PolicyDocument", allow("kms:Decrypt")}});
  }
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]})";
  for (int i = 0; i < people; ++i) {
    make(aws, "CreateUser", {{"UserName", "user" + std::to_string(i)}});
    make(aws, "CreateRole", {{"RoleName", "role" + std::to_string(i)}, {"AssumeRolePolicyDocument", trust}});
  }
}

void start_from_disk(const AwsTest& aws) {
  const auto directory = std::filesystem::temp_directory_path() / ("latchkey-scale-" + std::to_string(::getpid()));
  {
    Store written(std::make_unique<SqliteBacking>(directory));
    written.import_state(aws.store.export_state(Secrets::plain));
  }
  const double start = seconds_of([&] {
    auto backing = std::make_unique<SqliteBacking>(directory);
    const SqliteBacking& disk = *backing;
    Store read(std::move(backing));
    disk.load_into(read);
  });
  std::printf("start from a data directory of that size: %.2f s\n", start);
  std::filesystem::remove_all(directory);
}

}  // namespace

int main(int argc, char* argv[]) {
  const int keys = argc > 1 ? std::atoi(argv[1]) : 100'000;
  AwsTest aws(Settings{}, LogLevel::error);
  const std::string key = aws.key();
  const Caller nobody = aws.user("nobody");
  latencies("before", aws, key, nobody);
  const Repeated create(aws, "CreateKey", "{}");
  const std::clock_t start = std::clock();
  for (int i = 0; i < keys; ++i) create();
  const double spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("CreateKey: %.0f a second of processor time\n", keys / spent);
  make_iam(aws, keys / 10, keys / 100);
  latencies("after ", aws, key, nobody);
  for (const char* limit : {"10", "100", "1000"}) {
    const Repeated list(aws, "ListKeys", std::string(R"({"Limit":)") + limit + "}");
    std::printf("ListKeys(%s): %.1f us\n", limit, cost_of(list).microseconds);
  }
  start_from_disk(aws);
}
