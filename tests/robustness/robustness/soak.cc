// Mixed load for a while. Everything is answered as it should be, and memory, threads and descriptors stay
// flat.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <thread>

#include "robustness/client.h"
#include "robustness/program.h"
#include "robustness/robustness/robustness.h"
#include "support/folder.h"

namespace latchkey::robustness {
namespace {

using http::test::Reply;
using http::test::Wire;

constexpr int kClients = 6;

struct World {
  int port = 0;
  std::string key;         // id
  std::string ciphertext;  // under it
  sigv4::Credentials nobody;
  std::atomic<bool> stop{false};
  std::atomic<long> calls{0};
  std::atomic<long> refused{0};
};

void expect(const Reply& reply, int status) {
  if (reply.status == status) return;
  throw Broken("instead of " + std::to_string(status) + ": " + reply.head + reply.body);
}

std::string quoted(const std::string& name, const std::string& value) {
  return "\"" + name + "\":\"" + value + "\"";
}

// One round of what applications and their test suites do. What is made is taken away again.
void one_round(World& world, Client& client, const std::string& name, std::mt19937& random) {
  expect(client.kms("Encrypt", "{" + quoted("KeyId", world.key) + R"(,"Plaintext":"c2VjcmV0"})"), 200);
  expect(client.kms("Decrypt", "{" + quoted("CiphertextBlob", world.ciphertext) + "}"), 200);
  expect(client.kms("GenerateDataKey", "{" + quoted("KeyId", world.key) + R"(,"KeySpec":"AES_256"})"), 200);
  expect(client.kms("Decrypt", R"({"CiphertextBlob":"bm90IG9uZQ=="})"), 400);
  expect(client.iam("CreateUser", {{"UserName", name}}), 200);
  expect(client.iam("TagUser", {{"UserName", name},
                                {"Tags.member.1.Key", "n"},
                                {"Tags.member.1.Value", std::to_string(random())}}),
         200);
  expect(client.iam("CreateUser", {{"UserName", name}}), 409);
  expect(client.iam("DeleteUser", {{"UserName", name}}), 200);
  expect(client.sts("GetCallerIdentity", {}), 200);
  expect(client.sts("GetSessionToken", {}), 200);
  const std::string alias = "{" + quoted("AliasName", "alias/" + name);
  expect(client.kms("CreateAlias", alias + "," + quoted("TargetKeyId", world.key) + "}"), 200);
  expect(client.kms("DeleteAlias", alias + "}"), 200);
  world.calls += 12;
}

// Short connections, refused callers, broken requests.
void one_nuisance(World& world, std::mt19937& random) {
  expect(Wire(world.port).ask(kms_request("ListKeys", "{}", world.nobody)), 400);
  Wire(world.port).send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
  Wire(world.port).send_raw("\x16\x03\x01\x00\x05xxxxx");
  expect(Wire(world.port).ask("NONSENSE\r\n\r\n"), 400);
  expect(Wire(world.port).ask(http::test::post(std::string(1'000 + random() % 1'000, 'x'))), 403);
  world.refused += 5;
}

void work(World& world, int number, std::string& problem) {
  std::mt19937 random(static_cast<unsigned>(number));
  try {
    while (!world.stop) {
      Client client(world.port, number % 3 == 0);
      for (int i = 0; i < 50 && !world.stop; ++i)
        one_round(world, client, "soak" + std::to_string(number), random);
      one_nuisance(world, random);
    }
  } catch (const std::exception& error) {
    problem = error.what();
    world.stop = true;
  }
}

}  // namespace

void soak(const std::string& program, int seconds) {
  const test::Folder directory;
  Program latchkey(program, {"serve", "--port", "0", "--log-level", "error", "--data-dir", directory.path()});
  if (!latchkey.ready()) throw Broken("it does not start: " + latchkey.errors());
  World world;
  world.port = latchkey.port();
  {
    Client client(world.port);
    world.key = text_at(client.kms("CreateKey", "{}").body, "KeyMetadata.KeyId");
    world.ciphertext =
        text_at(client.kms("Encrypt", "{" + quoted("KeyId", world.key) + R"(,"Plaintext":"c2VjcmV0"})").body,
                "CiphertextBlob");
    client.iam("CreateUser", {{"UserName", "nobody"}});
    const Reply made = client.iam("CreateAccessKey", {{"UserName", "nobody"}});
    world.nobody = {element(made.body, "AccessKeyId"), element(made.body, "SecretAccessKey"), ""};
  }
  std::vector<std::thread> clients;
  std::vector<std::string> problems(kClients);
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] { work(world, i, problems[static_cast<std::size_t>(i)]); });
  }
  std::vector<long> memory;  // kB, at even intervals
  std::size_t most_descriptors = 0;
  long most_threads = 0;
  const int looks = std::clamp(seconds, 4, 60);
  for (int i = 0; i < looks && !world.stop; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1000L * seconds / looks));
    memory.push_back(latchkey.status("VmRSS"));
    most_descriptors = std::max(most_descriptors, latchkey.descriptors());
    most_threads = std::max(most_threads, latchkey.status("Threads"));
  }
  world.stop = true;
  for (std::thread& client : clients) client.join();
  for (const std::string& problem : problems) {
    if (!problem.empty()) throw Broken(problem);
  }
  if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well");
  if (!latchkey.errors().empty()) throw Broken("it says " + latchkey.errors());
  const long warm = memory[memory.size() / 3];
  const long last = memory.back();
  std::cout << "soak: " << seconds << " s, " << world.calls << " calls and " << world.refused
            << " refusals; memory " << memory.front() / 1024 << " MB at first, " << warm / 1024
            << " MB after a third, " << last / 1024 << " MB at the end; at most " << most_threads
            << " threads, " << most_descriptors << " descriptors\n";
  // Only a long run says something: in a short one the journal is still filling.
  if (seconds >= 60 && last > warm + warm / 10 + 4'096) throw Broken("the memory grows");
  if (most_descriptors > 200 || most_threads > 100) throw Broken("connections stay open");
}

}  // namespace latchkey::robustness
