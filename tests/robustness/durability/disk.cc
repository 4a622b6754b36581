// Disks that are full or read-only, directories that are somebody else's, copies made while the program
// writes.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include "core/encoding.h"
#include "kms/default_policy.h"
#include "robustness/client.h"
#include "robustness/durability/durability.h"
#include "robustness/program.h"
#include "store/sqlite.h"
#include "support/folder.h"

namespace latchkey::robustness {
namespace {

using http::test::Reply;

std::vector<std::string> serve(const std::string& directory) {
  return {"serve", "--port", "0", "--log-level", "error", "--data-dir", directory};
}

// A file system of two megabytes on the directory, seen by this process and its children only; false where
// that is not allowed.
bool mount_small_disk(const std::string& path) {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=2m,mode=0700") == 0;
}

// Takes the space there is, but for a little.
class Ballast {
 public:
  explicit Ballast(std::string path, off_t left = 128 * 1024) : path_(std::move(path)) {
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string block(4096, 'b');
    while (::write(file, block.data(), block.size()) > 0) {
    }
    struct stat status {};
    if (::fstat(file, &status) == 0 && ::ftruncate(file, std::max<off_t>(status.st_size - left, 0)) != 0) {
      throw Broken("the ballast cannot be made lighter");
    }
    ::close(file);
  }
  ~Ballast() { std::filesystem::remove(path_); }

 private:
  std::string path_;
};

// RLIMIT_FSIZE of the running program: no file of it grows beyond.
class NoGrowth {
 public:
  NoGrowth(pid_t process, rlim_t bytes) : process_(process) {
    ::prlimit(process_, RLIMIT_FSIZE, nullptr, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::prlimit(process_, RLIMIT_FSIZE, &now, nullptr);
  }
  ~NoGrowth() { ::prlimit(process_, RLIMIT_FSIZE, &before_, nullptr); }

 private:
  pid_t process_;
  rlimit before_{};
};

// Writes users until one is refused, which must happen, with the service's own error.
void write_until_refused(Client& client, std::set<std::string>& acknowledged, const std::string& prefix) {
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = prefix + std::to_string(i);
    const Reply reply = client.iam("CreateUser", {{"UserName", name}});
    if (reply.status == 200) {
      acknowledged.insert(name);
      continue;
    }
    if (reply.status != 500 || element(reply.body, "Code") != "ServiceFailure") {
      throw Broken("a full disk is answered with " + reply.head + reply.body);
    }
    return;
  }
  throw Broken("the disk was never full");
}

void compare(Client& client, const std::set<std::string>& acknowledged) {
  std::set<std::string> there;
  for (const Value& user : entities(state_of(client), "user")) {
    there.insert(user.get<Members>().find("Name")->get<std::string>());
  }
  if (there != acknowledged) {
    throw Broken(std::to_string(there.size()) + " users are there, " + std::to_string(acknowledged.size()) +
                 " were acknowledged");
  }
}

template <class Full>
void fill_and_go_on(const std::string& program, const std::string& path, const char* how,
                    const Full& make_full) {
  std::set<std::string> acknowledged;
  auto latchkey = std::make_unique<Program>(program, serve(path));
  if (!latchkey->ready()) throw Broken("it does not start: " + latchkey->errors());
  {
    Client client(latchkey->port());
    const std::string key = text_at(client.kms("CreateKey", "{}").body, "KeyMetadata.KeyId");
    for (const char* prefix : {"first", "second"}) {
      {
        const auto full = make_full(*latchkey);
        write_until_refused(client, acknowledged, prefix);
        compare(client, acknowledged);
        const Reply reply = client.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"c2VjcmV0"})");
        if (reply.status != 200) throw Broken("a full disk must not keep a key from working: " + reply.body);
        const Reply refused = client.kms("CreateKey", "{}");
        if (text_at(refused.body, "__type") != "KMSInternalException")
          throw Broken("KMS answers " + refused.body);
      }
      const std::string after = std::string(prefix) + "-after";
      if (client.iam("CreateUser", {{"UserName", after}}).status != 200)
        throw Broken("space is back, and writing is not");
      acknowledged.insert(after);
    }
    const auto full = make_full(*latchkey);
    write_until_refused(client, acknowledged, "third");
    latchkey->stop(SIGKILL);
  }
  latchkey = std::make_unique<Program>(program, serve(path));
  if (!latchkey->ready()) throw Broken("it does not start again: " + latchkey->errors());
  Client client(latchkey->port());
  compare(client, acknowledged);
  if (latchkey->stop(SIGTERM) != 0) throw Broken("it does not end well");
  std::cout << "full disk (" << how << "): " << acknowledged.size() << " acknowledged writes, none lost\n";
}

void refused(const std::string& program, const std::string& path, const std::string& words) {
  Program latchkey(program, serve(path));
  const bool ready = latchkey.ready();
  const int status = latchkey.wait();
  const std::string said = latchkey.errors();
  if (ready || status != 2 || std::count(said.begin(), said.end(), '\n') != 1 ||
      said.find(words) == std::string::npos) {
    throw Broken("instead of '" + words + "', exit status " + std::to_string(status) + " and: " + said);
  }
}

}  // namespace

void survive_a_full_disk(const std::string& program) {
  {
    const test::Folder directory;
    fill_and_go_on(program, directory.path(), "limit of file sizes",
                   [](const Program& latchkey) { return NoGrowth(latchkey.id(), 256 * 1024); });
  }
  const test::Folder directory;
  if (!mount_small_disk(directory.path())) {
    std::cout << "full disk (small file system): not allowed here\n";
    return;
  }
  const std::string data = directory.path() / "data";
  fill_and_go_on(program, data, "small file system",
                 [&](const Program&) { return Ballast(directory.path() / "ballast"); });
  {
    const Ballast full(directory.path() / "ballast");
    const Ballast fuller(directory.path() / "more", 0);
    refused(program, directory.path() / "new", "database or disk is full");
  }
  if (::mount(nullptr, directory.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0) {
    refused(program, data, "cannot write there: Read-only file system");
    std::cout << "read-only file system: refused in one line\n";
  }
  ::umount2(directory.path().c_str(), MNT_DETACH);
}

void refuse_what_cannot_be_used(const std::string& program) {
  const test::Folder directory;
  Program first(program, serve(directory.path()));
  if (!first.ready()) throw Broken("it does not start: " + first.errors());
  refused(program, directory.path(),
          "in use by another latchkey process (process " + std::to_string(first.id()) + ")");
  if (first.stop(SIGTERM) != 0) throw Broken("it does not end well");

  std::ofstream(directory.path() / "latchkey.db", std::ios::binary) << std::string(20'000, 'x');
  refused(program, directory.path(), "latchkey.db is damaged or no database: file is not a database");
  if (::geteuid() != 0) {  // root writes everywhere
    const test::Folder locked;
    ::chmod(locked.path().c_str(), 0500);
    refused(program, locked.path(), "cannot write there: Permission denied");
  }
  std::cout << "directories in use, damaged or locked: refused in one line\n";
}

void back_up_while_running(const std::string& program) {
  const test::Folder directory;
  const test::Folder copy;
  Program latchkey(program, serve(directory.path()));
  if (!latchkey.ready()) throw Broken("it does not start: " + latchkey.errors());
  // Pairs: a user is renamed back and forth together with its access key. A copy in between shows one of both
  // states.
  std::atomic<bool> stop{false};
  long renamed = 0;
  std::string problem;
  std::thread writer([&] {
    Client client(latchkey.port());
    client.iam("CreateUser", {{"UserName", "even"}});
    client.iam("CreateAccessKey", {{"UserName", "even"}});
    for (bool even = true; !stop; even = !even, ++renamed) {
      const Reply reply = client.iam(
          "UpdateUser", {{"UserName", even ? "even" : "odd"}, {"NewUserName", even ? "odd" : "even"}});
      if (reply.status != 200) problem = reply.body;
    }
  });
  Client client(latchkey.port());
  long copies = 0;
  const auto check = [&](const Value& state) {
    const List users = entities(state, "user");
    const List keys = entities(state, "access-key");
    if (users.empty() || keys.empty()) return;
    const auto name = users.front().get<Members>().find("Name")->get<std::string>();
    if (users.size() != 1 || keys.front().get<Members>().find("User")->get<std::string>() != name) {
      problem = "a copy has half of a change";
    }
    ++copies;
  };
  for (int i = 0; i < 20 && problem.empty(); ++i) {
    check(state_of(client));
    const std::string file = copy.path() / "latchkey.db";
    std::filesystem::remove(file);
    sqlite3* from = nullptr;
    sqlite3* to = nullptr;
    sqlite3_open_v2((directory.path() / "latchkey.db").c_str(), &from, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_open(file.c_str(), &to);
    sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
    const bool whole = backup != nullptr && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    sqlite3_backup_finish(backup);
    sqlite3_close(from);
    sqlite3_close(to);
    if (!whole) {
      problem = "SQLite cannot copy it";
      break;
    }
    Store store;
    SqliteBacking(copy.path()).load_into(store);
    check(Members{{"entities", store.export_state(Secrets::plain)}});
  }
  stop = true;
  writer.join();
  if (!problem.empty()) throw Broken(problem);
  std::cout << "backup while running: " << copies << " whole copies beside " << renamed << " changes\n";
}

void start_with_keys(const std::string& program, int keys) {
  const test::Folder directory;
  {
    Store store(std::make_unique<SqliteBacking>(directory.path()));
    Random random;
    for (int at = 0; at < keys;) {
      store.write([&](Txn& txn) {
        for (const int end = std::min(at + 5'000, keys); at < end; ++at) {
          Key key;
          key.account = "000000000000";
          key.region = "us-east-1";
          key.id = random.uuid();
          key.created = {1'700'000'000'000};
          key.policy = kms::default_key_policy("aws", key.account);
          key.materials.push_back({hex_encode(random.bytes(32)), Secret(random.bytes(32)), key.created});
          txn.put(std::move(key));
        }
      });
    }
  }
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  Program latchkey(program, serve(directory.path()));
  if (!latchkey.ready()) throw Broken("it does not start: " + latchkey.errors());
  Client client(latchkey.port());
  if (client.kms("ListKeys", "{}").status != 200) throw Broken("it does not answer");
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  std::cout << "start with " << keys << " keys: " << took << " ms to the first signed answer and "
            << latchkey.cpu_ms() << " ms of processor time, " << latchkey.status("VmRSS") / 1024 << " MB\n";
}

}  // namespace latchkey::robustness
