// kill -9 at any instant: writers write over HTTP, the program is killed, and what it has on disk afterwards
// is what it had acknowledged; of a write that was under way, all or nothing.
#include <signal.h>
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "robustness/client.h"
#include "robustness/durability/durability.h"
#include "robustness/program.h"
#include "support/folder.h"

namespace latchkey::robustness {
namespace {

using http::test::Reply;

constexpr int kWriters = 3;
constexpr int kSlots = 6;  // of each kind, for each writer

// What one thing is known to be. A call that was not answered leaves two possibilities.
struct Slot {
  std::optional<std::string> now;    // nullopt: it is not there
  std::optional<std::string> maybe;  // what it would be if the last call was done
  bool in_doubt = false;
};

struct Counts {
  long acknowledged = 0;
  long compared = 0;
  long kept = 0;  // of those in doubt
  long lost = 0;
};

// One writer's things. Only its own thread touches them while it runs.
struct Writer {
  int number = 0;
  std::mt19937_64 random;
  std::map<std::string, Slot> users;    // name to the value of its tag
  std::map<std::string, Slot> aliases;  // name to the key's id
  std::map<std::string, Slot> keys;     // id to description
  Slot mover;                           // a user with an access key: its name, which changes
  std::string ciphertext;               // under the first key
  long sequence = 0;
  long acknowledged = 0;

  std::string name(const char* kind, std::size_t at) const {
    return kind + std::to_string(number) + "-" + std::to_string(at);
  }
  std::size_t below(std::size_t bound) { return random() % bound; }
  std::string next() { return std::to_string(number) + "." + std::to_string(++sequence); }
};

// A call of which the outcome is known or, if the connection ended, in doubt.
bool settle(Writer& writer, Slot& slot, std::optional<std::string> wanted, const Reply& reply) {
  if (reply.status == 0) {
    slot.maybe = std::move(wanted);
    slot.in_doubt = true;
    return false;
  }
  if (reply.status != 200) throw Broken("a write was refused: " + reply.body);
  slot.now = std::move(wanted);
  ++writer.acknowledged;
  return true;
}

bool change_user(Writer& writer, Client& client) {
  const std::string name = writer.name("user", writer.below(kSlots));
  Slot& slot = writer.users[name];
  const std::string value = writer.next();
  if (!slot.now) {
    return settle(
        writer, slot, value,
        client.iam("CreateUser",
                   {{"UserName", name}, {"Tags.member.1.Key", "n"}, {"Tags.member.1.Value", value}}));
  }
  if (writer.below(3) == 0)
    return settle(writer, slot, std::nullopt, client.iam("DeleteUser", {{"UserName", name}}));
  return settle(writer, slot, value,
                client.iam("TagUser",
                           {{"UserName", name}, {"Tags.member.1.Key", "n"}, {"Tags.member.1.Value", value}}));
}

bool change_key(Writer& writer, Client& client) {
  auto at = writer.keys.begin();
  std::advance(at, static_cast<long>(writer.below(writer.keys.size())));
  const std::string value = writer.next();
  return settle(writer, at->second, value,
                client.kms("UpdateKeyDescription",
                           R"({"KeyId":")" + at->first + R"(","Description":")" + value + "\"}"));
}

bool change_alias(Writer& writer, Client& client) {
  const std::string name = "alias/" + writer.name("a", writer.below(kSlots));
  Slot& slot = writer.aliases[name];
  auto key = writer.keys.begin();
  std::advance(key, static_cast<long>(writer.below(writer.keys.size())));
  const std::string both = R"({"AliasName":")" + name + R"(","TargetKeyId":")" + key->first + "\"}";
  if (!slot.now) return settle(writer, slot, key->first, client.kms("CreateAlias", both));
  if (writer.below(2) == 0) {
    return settle(writer, slot, std::nullopt, client.kms("DeleteAlias", R"({"AliasName":")" + name + "\"}"));
  }
  return settle(writer, slot, key->first, client.kms("UpdateAlias", both));
}

// One call that changes several entities: the user and what belongs to it.
bool move_user(Writer& writer, Client& client) {
  const std::string wanted = writer.name("mover", static_cast<std::size_t>(++writer.sequence));
  return settle(writer, writer.mover, wanted,
                client.iam("UpdateUser", {{"UserName", *writer.mover.now}, {"NewUserName", wanted}}));
}

void prepare(Writer& writer, Client& client) {
  writer.mover.now = writer.name("mover", 0);
  for (const auto& action : {"CreateUser", "CreateAccessKey"}) {
    if (client.iam(action, {{"UserName", *writer.mover.now}}).status != 200) throw Broken("no user to move");
  }
  for (int i = 0; i < 2; ++i) {
    const Reply made = client.kms("CreateKey", "{}");
    const std::string id = text_at(made.body, "KeyMetadata.KeyId");
    if (id.empty()) throw Broken("no key: " + made.body);
    writer.keys[id].now = "";
  }
  const Reply sealed =
      client.kms("Encrypt", R"({"KeyId":")" + writer.keys.begin()->first + R"(","Plaintext":"c2VjcmV0"})");
  writer.ciphertext = text_at(sealed.body, "CiphertextBlob");
}

// Writes until the program is gone.
void write_on(Writer& writer, int port, std::string& problem) {
  try {
    Client client(port);
    while (true) {
      const std::size_t kind = writer.below(8);
      const bool answered = kind < 3   ? change_user(writer, client)
                            : kind < 5 ? change_key(writer, client)
                            : kind < 7 ? change_alias(writer, client)
                                       : move_user(writer, client);
      if (!answered) return;
    }
  } catch (const Broken& broken) {
    problem = broken.what();
  } catch (const std::exception&) {
    // It was gone before the connection stood.
  }
}

// What is on disk, by kind and name.
using Found = std::map<std::string, std::string>;

std::string member(const Value& entity, const char* name) {
  const Value* value = entity.get<Members>().find(name);
  return value != nullptr && value->is<std::string>() ? value->get<std::string>() : "";
}

Found found_users(const Value& state) {
  Found out;
  for (const Value& user : entities(state, "user")) {
    const Value* tag = user.get<Members>().find("Tags")->get<Members>().find("n");
    out[member(user, "Name")] = tag == nullptr ? "" : tag->get<std::string>();
  }
  return out;
}

Found found(const Value& state, const char* kind, const char* name, const char* value) {
  Found out;
  for (const Value& entity : entities(state, kind)) out[member(entity, name)] = member(entity, value);
  return out;
}

void compare(const std::string& what, Slot& slot, const Found& all, std::string name, Counts& counts) {
  const auto at = all.find(name);
  const std::optional<std::string> seen = at == all.end() ? std::nullopt : std::optional(at->second);
  ++counts.compared;
  if (slot.in_doubt && seen == slot.maybe && slot.maybe != slot.now) {
    slot.now = slot.maybe;
    ++counts.kept;
  } else if (slot.in_doubt) {
    ++counts.lost;
  }
  slot.in_doubt = false;
  if (seen != slot.now) {
    throw Broken(what + " " + name + " is " + seen.value_or("gone") + " and was acknowledged as " +
                 slot.now.value_or("gone"));
  }
}

void compare(Writer& writer, const Value& state, Client& client, Counts& counts) {
  const Found users = found_users(state);
  const Found keys = found(state, "key", "Id", "Description");
  const Found aliases = found(state, "alias", "Name", "Target");
  for (auto& [name, slot] : writer.users) compare("user", slot, users, name, counts);
  for (auto& [name, slot] : writer.aliases) compare("alias", slot, aliases, name, counts);
  for (auto& [name, slot] : writer.keys) compare("key", slot, keys, name, counts);

  if (writer.mover.in_doubt && users.contains(*writer.mover.maybe)) {
    writer.mover.now = writer.mover.maybe;
    ++counts.kept;
  }
  writer.mover.in_doubt = false;
  ++counts.compared;
  if (!users.contains(*writer.mover.now)) throw Broken("user " + *writer.mover.now + " is gone");
  bool has_key = false;
  for (const auto& [id, user] : found(state, "access-key", "Id", "User"))
    has_key = has_key || user == *writer.mover.now;
  if (!has_key) throw Broken("a user was moved without its access key");

  const Reply opened = client.kms("Decrypt", R"({"CiphertextBlob":")" + writer.ciphertext + "\"}");
  if (text_at(opened.body, "Plaintext") != "c2VjcmV0")
    throw Broken("a ciphertext does not open: " + opened.body);
}

// Nothing is there that nobody made.
void compare_number(const std::vector<Writer>& writers, const Value& state) {
  std::set<std::string> wanted;
  for (const Writer& writer : writers) {
    wanted.insert(*writer.mover.now);
    for (const auto& [name, slot] : writer.users) {
      if (slot.now) wanted.insert(name);
    }
  }
  for (const auto& [name, value] : found_users(state)) {
    if (wanted.erase(name) == 0) throw Broken("user " + name + " is there, and was deleted or never made");
  }
}

}  // namespace

void survive_kills(const std::string& program, int rounds, unsigned seed) {
  const test::Folder directory;
  const std::vector<std::string> arguments{"serve",      "--port",        "0", "--log-level", "error",
                                           "--data-dir", directory.path()};
  std::mt19937_64 random(seed);
  std::vector<Writer> writers(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    writers[static_cast<std::size_t>(i)].number = i;
    writers[static_cast<std::size_t>(i)].random.seed(seed * 31 + static_cast<unsigned>(i));
  }
  Counts counts;
  int killed_starting = 0;
  for (int round = 0; round <= rounds; ++round) {
    if (round > 0 && random() % 8 == 0) {  // now and then it does not get as far as listening
      Program starting(program, arguments);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 25'000));
      starting.stop(SIGKILL);
      ++killed_starting;
    }
    Program latchkey(program, arguments);
    if (!latchkey.ready()) throw Broken("it does not start again: " + latchkey.errors());
    Client client(latchkey.port());
    if (round == 0) {
      for (Writer& writer : writers) prepare(writer, client);
    }
    const Value state = state_of(client);
    for (Writer& writer : writers) compare(writer, state, client, counts);
    compare_number(writers, state);
    if (round == rounds) {
      if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well");
      break;
    }
    std::vector<std::thread> threads;
    std::vector<std::string> problems(kWriters);
    for (std::size_t i = 0; i < writers.size(); ++i) {
      threads.emplace_back([&, i] { write_on(writers[i], latchkey.port(), problems[i]); });
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    latchkey.stop(SIGKILL);
    for (std::thread& thread : threads) thread.join();
    for (const std::string& problem : problems) {
      if (!problem.empty()) throw Broken(problem);
    }
  }
  for (const Writer& writer : writers) counts.acknowledged += writer.acknowledged;
  std::cout << "kill -9: " << rounds << " rounds (seed " << seed << "), " << killed_starting
            << " more while starting; " << counts.acknowledged << " acknowledged writes, " << counts.compared
            << " comparisons, none lost; of the writes under way " << counts.kept << " were done and "
            << counts.lost << " not\n";
}

}  // namespace latchkey::robustness
