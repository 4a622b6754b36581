#include "http/tls_stream.h"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace latchkey::http {
namespace {

// An answer of a megabyte must not stay in memory as long as its connection.
constexpr std::size_t kKeepBytes = 64 * 1024;

}  // namespace

// OpenSSL's own socket BIO would write() (SIGPIPE), block without a deadline, and send each record by itself.
struct TlsStream::Bridge {
  static int read(BIO* bio, char* to, std::size_t capacity, std::size_t* got) {
    auto* self = static_cast<TlsStream*>(BIO_get_data(bio));
    *got = self->first_used_ < self->first_.size() ? take_first(*self, to, capacity)
           : self->flush()                         ? self->below_.read(to, capacity)
                                                   : 0;
    return *got > 0 ? 1 : 0;
  }

  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
    static_cast<TlsStream*>(BIO_get_data(bio))->out_.append(from, size);
    *taken = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static std::size_t take_first(TlsStream& self, char* to, std::size_t capacity) {
    const std::size_t size = std::min(capacity, self.first_.size() - self.first_used_);
    std::memcpy(to, self.first_.data() + self.first_used_, size);
    self.first_used_ += size;
    if (self.first_used_ == self.first_.size()) self.first_ = {}, self.first_used_ = 0;
    return size;
  }

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
    : below_(below), first_(first), ssl_(SSL_new(context)) {
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
  if (SSL_accept(ssl_.get()) == 1) return true;
  return fail();
}

std::size_t TlsStream::read(char* to, std::size_t capacity) {
  if (failed_) return 0;
  ERR_clear_error();
  std::size_t got = 0;
  if (SSL_read_ex(ssl_.get(), to, capacity, &got) == 1) return got;
  // The client's goodbye (ZERO_RETURN) leaves our side open: an answer may still be on its way.
  if (SSL_get_error(ssl_.get(), 0) != SSL_ERROR_ZERO_RETURN) fail();
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
