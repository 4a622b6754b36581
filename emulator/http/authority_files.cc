#include "http/authority_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace latchkey::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 1024 * 1024;

std::runtime_error failure(const char* what, const fs::path& path, int reason) {
  return std::runtime_error("cannot " + std::string(what) + " " + path.string() + ": " +
                            std::generic_category().message(reason));
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  bool valid() const { return value_ >= 0; }

 private:
  const int value_;
};

// nullopt if there is no such file.
std::optional<std::string> read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT) return std::nullopt;
    throw failure("read", path, errno);
  }
  std::string text;
  std::array<char, 8192> part;
  while (true) {
    const ssize_t got = ::read(file.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw failure("read", path, errno);
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > kMaxFile) throw failure("read", path, EFBIG);
  }
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

fs::path key_path(const fs::path& directory) { return directory / "ca-key.pem"; }

Authority parse(const fs::path& directory, const std::string& certificate, const std::string& key) {
  Authority found;
  found.certificate = certificate_from_pem(certificate);
  if (!found.certificate) {
    throw std::runtime_error(authority_certificate_path(directory).string() + " is not a PEM certificate");
  }
  found.key = key_from_pem(key);
  if (!found.key) throw std::runtime_error(key_path(directory).string() + " is not a PEM private key");
  return found;
}

}  // namespace

fs::path authority_certificate_path(const fs::path& directory) { return directory / "ca.pem"; }

void write_file(const fs::path& path, const std::string& text, unsigned mode, Lasting lasting) {
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) throw failure("write", path, errno);
  if (!write_all(file.get(), text) || ::fchmod(file.get(), mode) != 0 ||
      (lasting == Lasting::yes && ::fsync(file.get()) != 0) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    throw failure("write", path, reason);
  }
}

Authority load_or_make_authority(const fs::path& directory) {
  std::error_code error;
  // Only a new one: one that is there already has the mode that its owner wants.
  if (fs::create_directories(directory, error)) fs::permissions(directory, fs::perms::owner_all, error);
  const Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.valid()) throw failure("open", directory, error ? error.value() : errno);
  // Two that start at once would each replace one half of the other's pair.
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  const fs::path certificate_path = authority_certificate_path(directory);
  const std::optional<std::string> certificate = read_file(certificate_path);
  // The certificate is written last: a key alone is what an interrupted start has left.
  if (certificate) {
    const std::optional<std::string> key = read_file(key_path(directory));
    if (!key) throw failure("read", key_path(directory), ENOENT);
    Authority found = parse(directory, *certificate, *key);
    if (!usable(found)) {
      throw std::runtime_error(certificate_path.string() + " is not a CA certificate of " +
                               key_path(directory).string());
    }
    if (!expired(found.certificate.get())) return found;
  }
  Authority made = make_authority();
  write_file(key_path(directory), to_pem(made.key.get()), 0600);
  write_file(certificate_path, to_pem(made.certificate.get()), 0644);
  return made;
}

}  // namespace latchkey::http
