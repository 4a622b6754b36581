#include "http/tls_stream.h"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace latchkey::http {
namespace {

// An answer of a megabyte must not stay in memory as long as its connection.
constexpr std::size_t kKeepBytes = 64 * 1024;
constexpr std::size_t kReadBytes = 16 * 1024;  // about the largest record

}  // namespace

// OpenSSL's own socket BIO would write() (SIGPIPE), block without a deadline, and send each record by itself.
struct TlsStream::Bridge {
  static int read(BIO* bio, char* to, std::size_t capacity, std::size_t* got) {
    auto* self = static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *got = self->in_used_ < self->in_.size() || self->fill() ? self->take(to, capacity) : 0;
    if (*got == 0 && self->below_.starved()) BIO_set_retry_read(bio);
    return *got > 0 ? 1 : 0;
  }

  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
    static_cast<TlsStream*>(BIO_get_data(bio))->out_.append(from, size);
    *taken = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  // A table of functions, the same for every connection and never changed.
  static const BIO_METHOD* method() {
    static const BioMethodPtr table = [] {
      BioMethodPtr made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "latchkey stream"));
      if (!made) throw std::bad_alloc();
      BIO_meth_set_read_ex(made.get(), read);
      BIO_meth_set_write_ex(made.get(), write);
      BIO_meth_set_ctrl(made.get(), control);
      return made;
    }();
    return table.get();
  }
};

TlsStream::TlsStream(SSL_CTX* context, Stream& below, std::string_view first)
    : below_(below), in_(first), ssl_(SSL_new(context)) {
  BioPtr bio(BIO_new(Bridge::method()));
  if (!ssl_ || !bio) throw std::bad_alloc();
  BIO_set_data(bio.get(), this);
  BIO_set_init(bio.get(), 1);
  BIO* both = bio.release();
  SSL_set_bio(ssl_.get(), both, both);
}

// The error queue belongs to the thread: what another connection left there would be taken for ours.
bool TlsStream::handshake() {
  ERR_clear_error();
  if (SSL_accept(ssl_.get()) == 1) return flush();  // before TLS 1.3 the last word is ours
  if (const char* reason = ERR_reason_error_string(ERR_peek_error())) trouble_ = reason;
  return fail();
}

bool TlsStream::fill() {
  if (!flush()) return false;
  in_.resize(kReadBytes);
  in_.resize(below_.read(in_.data(), in_.size()));
  in_used_ = 0;
  return !in_.empty();
}

std::size_t TlsStream::take(char* to, std::size_t capacity) {
  const std::size_t size = std::min(capacity, in_.size() - in_used_);
  std::memcpy(to, in_.data() + in_used_, size);
  in_used_ += size;
  return size;
}

bool TlsStream::holds_more() const {
  return in_used_ < in_.size() || SSL_has_pending(ssl_.get()) == 1 || below_.holds_more();
}

std::size_t TlsStream::read(char* to, std::size_t capacity) {
  starved_ = false;
  if (failed_) return 0;
  ERR_clear_error();
  std::size_t got = 0;
  if (SSL_read_ex(ssl_.get(), to, capacity, &got) == 1) return got;
  const int reason = SSL_get_error(ssl_.get(), 0);
  starved_ = reason == SSL_ERROR_WANT_READ && below_.starved();
  // The client's goodbye (ZERO_RETURN) leaves our side open: an answer may still be on its way.
  if (!starved_ && reason != SSL_ERROR_ZERO_RETURN) fail();
  return 0;
}

bool TlsStream::write(std::string_view data) {
  if (failed_) return false;
  ERR_clear_error();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), data.data(), data.size(), &written) != 1) return fail();
  return flush();
}

bool TlsStream::finish() {
  if (failed_) return false;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  return flush() && below_.finish();
}

bool TlsStream::flush() {
  if (out_.empty()) return true;
  const bool sent = below_.write(out_);
  out_.clear();
  if (out_.capacity() > kKeepBytes) out_.shrink_to_fit();
  return sent;
}

// After a fatal error OpenSSL allows nothing more, but its alert tells the client what was wrong.
bool TlsStream::fail() {
  failed_ = true;
  ERR_clear_error();
  flush();
  return false;
}

}  // namespace latchkey::http
