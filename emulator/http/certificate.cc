#include "http/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include "http/authority_files.h"
#include "http/names.h"
#include "http/openssl.h"
#include "http/x509.h"

namespace latchkey::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIssued = 256;

// A wildcard stands for one label: `*.amazonaws.com` is iam and sts, and each region needs its own. The
// regions that tests use most are here, the others are issued on demand: every name makes every handshake
// longer.
std::vector<std::string> default_names() {
  return {"DNS:localhost",
          "DNS:*.localhost",
          "DNS:localhost.localstack.cloud",
          "DNS:*.localhost.localstack.cloud",
          "DNS:*.amazonaws.com",
          "DNS:*.us-east-1.amazonaws.com",
          "DNS:*.us-east-2.amazonaws.com",
          "DNS:*.us-west-2.amazonaws.com",
          "DNS:*.eu-west-1.amazonaws.com",
          "DNS:*.eu-central-1.amazonaws.com",
          "IP:127.0.0.1",
          "IP:::1"};
}

// HTTP/2 is not spoken here. A client that offers nothing else gets no answer to its offer, and may still
// try.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned size, void*) {
  static constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned at = 0; at < size; at += 1u + offered[at]) {
    const unsigned length = offered[at];
    if (at + 1 + length > size) break;
    const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1, length);
    if (name != kHttp11) continue;
    *out = offered + at + 1;
    *out_size = static_cast<unsigned char>(length);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

fs::path make_private_directory() {
  std::string name = (fs::temp_directory_path() / "latchkey-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make a directory for the CA: " + std::generic_category().message(errno));
  }
  return name;
}

using SharedX509 = std::shared_ptr<X509>;

}  // namespace

struct Certificates::Impl {
  explicit Impl(const std::string& directory) : temporary(directory.empty()) {
    if (temporary) return;
    home = fs::absolute(directory);
    if (!authority_is_ours(home)) authority();
  }

  ~Impl() {
    std::error_code ignored;
    if (temporary && !home.empty()) fs::remove_all(home, ignored);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Read or made when it is first asked for, as is the leaf: each takes a good part of the time in which the program
  // starts, and many runs never speak TLS.
  const Authority& authority() {
    std::call_once(read, [this] {
      if (!temporary) {
        loaded = load_or_make_authority(home);
        return;
      }
      // A CA that is forgotten at exit needs no key on the disk.
      loaded = make_authority();
      if (home.empty()) home = make_private_directory();
      write_file(authority_certificate_path(home), to_pem(loaded.certificate.get()), 0644, Lasting::no);
    });
    return loaded;
  }

  std::string path() {
    if (temporary) authority();  // makes the file
    return authority_certificate_path(home).string();
  }

  SSL_CTX* ready_context() {
    std::call_once(made, [this] {
      key = make_key();
      default_leaf = issue_leaf(authority(), key.get(), default_names());
      make_context();
    });
    return context.get();
  }

  void make_context() {
    context.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* fresh = context.get();
    static constexpr std::string_view kSessions = "latchkey";
    const bool done =
        fresh != nullptr && SSL_CTX_set_min_proto_version(fresh, TLS1_2_VERSION) == 1 &&
        SSL_CTX_use_certificate(fresh, default_leaf.get()) == 1 &&
        SSL_CTX_use_PrivateKey(fresh, key.get()) == 1 &&
        SSL_CTX_set_session_id_context(fresh, reinterpret_cast<const unsigned char*>(kSessions.data()),
                                       static_cast<unsigned>(kSessions.size())) == 1;
    if (!done) {
      ERR_clear_error();
      throw std::runtime_error("cannot make a TLS context");
    }
    SSL_CTX_set_options(fresh, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Without this OpenSSL looks for the leaf's chain, and verifies it, in every handshake.
    SSL_CTX_set_mode(fresh, SSL_MODE_NO_AUTO_CHAIN);
    // Sessions live in tickets, under keys that this process has fresh; nothing is kept here for each client.
    SSL_CTX_set_session_cache_mode(fresh, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(fresh, 1);
    SSL_CTX_set_read_ahead(fresh, 1);  // a record's head and body in one read
    SSL_CTX_set_alpn_select_cb(fresh, choose_protocol, nullptr);
    SSL_CTX_set_tlsext_servername_callback(fresh, name_callback);
    SSL_CTX_set_tlsext_servername_arg(fresh, this);
  }

  // A name that cannot be served is no reason to refuse the handshake: drivers send addresses as names,
  // against the rules, and who does not like the default leaf will say so.
  static int name_callback(SSL* ssl, int*, void* self) noexcept {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    try {
      const SharedX509 leaf = static_cast<Impl*>(self)->leaf_for(lower_case(name));
      // The key is the default leaf's, so the certificate alone is exchanged.
      if (leaf) SSL_use_certificate(ssl, leaf.get());
    } catch (const std::exception&) {
      // No memory for another leaf: the default one stays.
    }
    return SSL_TLSEXT_ERR_OK;
  }

  // Null: the default leaf.
  SharedX509 leaf_for(const std::string& name) {
    if (!aws_name(name) && !local_name(name)) return nullptr;
    if (X509_check_host(default_leaf.get(), name.data(), name.size(), 0, nullptr) == 1) return nullptr;
    if (X509_check_ip_asc(default_leaf.get(), name.c_str(), 0) == 1) return nullptr;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (const auto found = issued.find(name); found != issued.end()) return found->second;
    }
    SharedX509 leaf(issue_leaf(authority(), key.get(), {"DNS:" + name}).release(), X509_free);
    const std::lock_guard<std::mutex> lock(mutex);
    const auto [place, added] = issued.emplace(name, leaf);
    if (!added) return place->second;
    in_order.push_back(name);
    if (in_order.size() > kMaxIssued) {
      issued.erase(in_order.front());
      in_order.pop_front();
    }
    return leaf;
  }

  const bool temporary;
  std::once_flag read;  // the two below; home is known from the start where it is not temporary
  fs::path home;
  Authority loaded;

  std::once_flag made;  // the three below
  EvpKeyPtr key;        // of all leaves
  X509Ptr default_leaf;
  SslContextPtr context;

  std::mutex mutex;  // guards the two below
  std::map<std::string, SharedX509> issued;
  std::deque<std::string> in_order;  // the oldest first
};

Certificates::Certificates(const std::string& directory) : impl_(std::make_unique<Impl>(directory)) {}

Certificates::~Certificates() = default;

std::string Certificates::ca_path() const { return impl_->path(); }

std::string Certificates::ca_pem() const { return to_pem(impl_->authority().certificate.get()); }

SSL_CTX* Certificates::context() { return impl_->ready_context(); }

}  // namespace latchkey::http
