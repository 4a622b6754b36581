#include "http/authority_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/cipher.h"
#include "core/encoding.h"

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
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  bool valid() const { return value_ >= 0; }

 private:
  int value_;
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

// Two that start at once would each replace one half of the other's pair.
Descriptor locked(const fs::path& directory) {
  std::error_code error;
  // Only a new one: one that is there already has the mode that its owner wants.
  if (fs::create_directories(directory, error)) fs::permissions(directory, fs::perms::owner_all, error);
  Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.valid()) throw failure("open", directory, error ? error.value() : errno);
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return lock;
}

// The pair as text; nullopt if there is none. The certificate is written last: a key alone is what an interrupted start has
// left.
struct Texts {
  std::string certificate, key;
};
std::optional<Texts> read_texts(const fs::path& directory) {
  auto certificate = read_file(authority_certificate_path(directory));
  if (!certificate) return std::nullopt;
  auto key = read_file(key_path(directory));
  if (!key) throw failure("read", key_path(directory), ENOENT);
  return Texts{*std::move(certificate), *std::move(key)};
}

// The first line of a key file that was written here; text before a PEM block is no part of it (RFC 7468, 2).
std::string note_on(std::string_view certificate, std::string_view key, std::int64_t last_second) {
  const std::string end = std::to_string(last_second);
  return "Latchkey's CA, good until " + end + ", SHA-256 " +
         hex_encode(sha256(end + std::string(certificate) + std::string(key))) + "\n";
}

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
  const Descriptor lock = locked(directory);
  if (const auto texts = read_texts(directory)) {
    Authority found = parse(directory, texts->certificate, texts->key);
    if (!usable(found)) {
      throw std::runtime_error(authority_certificate_path(directory).string() + " is not a CA certificate of " +
                               key_path(directory).string());
    }
    if (!expired(found.certificate.get())) return found;
  }
  Authority made = make_authority();
  const std::string certificate = to_pem(made.certificate.get()), key = to_pem(made.key.get());
  write_file(key_path(directory), note_on(certificate, key, last_second(made.certificate.get())) + key, 0600);
  write_file(authority_certificate_path(directory), certificate, 0644);
  return made;
}

bool authority_is_ours(const fs::path& directory) {
  const Descriptor lock = locked(directory);
  const auto texts = read_texts(directory);
  if (!texts) return false;
  const std::size_t digits = texts->key.find_first_of("0123456789");
  const std::size_t line = texts->key.find('\n');
  if (digits >= line || line == std::string::npos) return false;
  const std::int64_t last_second = std::strtoll(texts->key.c_str() + digits, nullptr, 10);
  const std::string_view key = std::string_view(texts->key).substr(line + 1);
  return std::time(nullptr) < last_second && texts->key.starts_with(note_on(texts->certificate, key, last_second));
}

}  // namespace latchkey::http
