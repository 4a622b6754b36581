#include "scenarios/clients/crypt.h"

#include <algorithm>
#include <array>

#include "scenarios/clients/kms_connection.h"

namespace latchkey::clients {
namespace {

std::string message_of(mongocrypt_status_t* status) {
  const char* message = mongocrypt_status_message(status, nullptr);
  return message == nullptr ? "no reason given" : message;
}

using Status = std::unique_ptr<mongocrypt_status_t, decltype(&mongocrypt_status_destroy)>;
Status new_status() { return {mongocrypt_status_new(), mongocrypt_status_destroy}; }

// Bytes lent to the library for the length of a call.
class Lent {
 public:
  explicit Lent(Bytes bytes)
      : bytes_(std::move(bytes)),
        binary_(mongocrypt_binary_new_from_data(bytes_.data(), static_cast<std::uint32_t>(bytes_.size())),
                mongocrypt_binary_destroy) {}
  mongocrypt_binary_t* get() const { return binary_.get(); }

 private:
  Bytes bytes_;
  std::unique_ptr<mongocrypt_binary_t, decltype(&mongocrypt_binary_destroy)> binary_;
};

// Bytes that the library lends.
class Borrowed {
 public:
  Borrowed() : binary_(mongocrypt_binary_new(), mongocrypt_binary_destroy) {}
  mongocrypt_binary_t* get() const { return binary_.get(); }
  Bytes copy() const {
    const std::uint8_t* data = mongocrypt_binary_data(binary_.get());
    return data == nullptr ? Bytes() : Bytes(data, data + mongocrypt_binary_len(binary_.get()));
  }

 private:
  std::unique_ptr<mongocrypt_binary_t, decltype(&mongocrypt_binary_destroy)> binary_;
};

class Document {
 public:
  Document() { bson_init(&bson_); }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document() { bson_destroy(&bson_); }
  Document& add(const char* name, std::string_view text) {
    bson_append_utf8(&bson_, name, -1, text.data(), static_cast<int>(text.size()));
    return *this;
  }
  Document& add(const char* name, const Document& document) {
    bson_append_document(&bson_, name, -1, &document.bson_);
    return *this;
  }
  Bytes bytes() const { return to_bytes(bson_); }

 private:
  bson_t bson_;
};

Bytes providers(const KmsAccess& access) {
  Document aws;
  aws.add("accessKeyId", access.access_key_id).add("secretAccessKey", access.secret_access_key);
  if (!access.session_token.empty()) aws.add("sessionToken", access.session_token);
  return Document().add("aws", aws).bytes();
}

Bytes master_document(const MasterKey& master) {
  Document out;
  out.add("provider", "aws")
      .add("region", master.region)
      .add("key", master.key)
      .add("endpoint", master.endpoint);
  return out.bytes();
}

bson_t view_of(const Bytes& document) {
  bson_t view;
  if (!bson_init_static(&view, document.data(), document.size()))
    throw std::runtime_error("not a BSON document");
  return view;
}

}  // namespace

Crypt::Crypt(KmsAccess access) : access_(std::move(access)), crypt_(mongocrypt_new(), mongocrypt_destroy) {
  const bool ok = mongocrypt_setopt_kms_providers(crypt_.get(), Lent(providers(access_)).get());
  mongocrypt_setopt_bypass_query_analysis(crypt_.get());  // there is no mongocryptd: encryption is explicit
  if (ok && mongocrypt_init(crypt_.get())) return;
  const Status status = new_status();
  mongocrypt_status(crypt_.get(), status.get());
  throw std::runtime_error(message_of(status.get()));
}

Crypt::Context Crypt::new_context() { return {mongocrypt_ctx_new(crypt_.get()), mongocrypt_ctx_destroy}; }

void Crypt::require(bool ok, const Context& context) {
  if (ok) return;
  const Status status = new_status();
  mongocrypt_ctx_status(context.get(), status.get());
  throw std::runtime_error(message_of(status.get()));
}

Bytes Crypt::create_data_key(const MasterKey& master) {
  const Context context = new_context();
  require(mongocrypt_ctx_setopt_key_encryption_key(context.get(), Lent(master_document(master)).get()),
          context);
  require(mongocrypt_ctx_datakey_init(context.get()), context);
  return drive(context, {});
}

Bytes Crypt::encrypt(const KeyVault& vault, const Bytes& key_id, std::string_view algorithm,
                     const Bytes& value) {
  const Context context = new_context();
  require(mongocrypt_ctx_setopt_key_id(context.get(), Lent(key_id).get()), context);
  require(
      mongocrypt_ctx_setopt_algorithm(context.get(), algorithm.data(), static_cast<int>(algorithm.size())),
      context);
  require(mongocrypt_ctx_explicit_encrypt_init(context.get(), Lent(value).get()), context);
  return drive(context, vault);
}

Bytes Crypt::decrypt(const KeyVault& vault, const Bytes& value) {
  const Context context = new_context();
  const Lent message(value);  // the state machine refers to it until the end
  require(mongocrypt_ctx_explicit_decrypt_init(context.get(), message.get()), context);
  return drive(context, vault);
}

Bytes Crypt::rewrap(const KeyVault& vault, const MasterKey& master) {
  const Context context = new_context();
  require(mongocrypt_ctx_setopt_key_encryption_key(context.get(), Lent(master_document(master)).get()),
          context);
  require(mongocrypt_ctx_rewrap_many_datakey_init(context.get(), Lent(Document().bytes()).get()), context);
  return drive(context, vault);
}

Bytes Crypt::drive(const Context& context, const KeyVault& vault) {
  Bytes result;
  while (true) {
    switch (mongocrypt_ctx_state(context.get())) {
      case MONGOCRYPT_CTX_NEED_MONGO_KEYS:
        feed_keys(context, vault);
        break;
      case MONGOCRYPT_CTX_NEED_KMS:
        ask_kms(context);
        break;
      case MONGOCRYPT_CTX_READY: {
        const Borrowed out;
        require(mongocrypt_ctx_finalize(context.get(), out.get()), context);
        result = out.copy();
        break;
      }
      case MONGOCRYPT_CTX_DONE:
        return result;
      case MONGOCRYPT_CTX_ERROR:
        require(false, context);
        break;
      case MONGOCRYPT_CTX_NEED_MONGO_COLLINFO:
      case MONGOCRYPT_CTX_NEED_MONGO_MARKINGS:
      case MONGOCRYPT_CTX_NEED_KMS_CREDENTIALS:
        throw std::runtime_error("libmongocrypt asks for what explicit encryption never needs");
    }
  }
}

void Crypt::feed_keys(const Context& context, const KeyVault& vault) {
  const Borrowed filter;
  require(mongocrypt_ctx_mongo_op(context.get(), filter.get()), context);
  for (const Bytes& key : vault) require(mongocrypt_ctx_mongo_feed(context.get(), Lent(key).get()), context);
  require(mongocrypt_ctx_mongo_done(context.get()), context);
}

void Crypt::ask_kms(const Context& context) {
  while (mongocrypt_kms_ctx_t* request = mongocrypt_ctx_next_kms_ctx(context.get())) answer_one(request);
  require(mongocrypt_ctx_kms_done(context.get()), context);
}

void Crypt::answer_one(mongocrypt_kms_ctx_t* request) {
  const auto refuse_if = [&](bool failed) {
    if (!failed) return;
    const Status status = new_status();
    mongocrypt_kms_ctx_status(request, status.get());
    throw KmsRefusal(message_of(status.get()));
  };
  const char* endpoint = nullptr;
  refuse_if(!mongocrypt_kms_ctx_endpoint(request, &endpoint));
  const Borrowed message;
  refuse_if(!mongocrypt_kms_ctx_message(request, message.get()));
  ++kms_requests_;
  KmsConnection connection(endpoint, access_.ca_file);
  connection.write(message.copy());
  std::array<std::uint8_t, 4096> buffer{};
  while (const std::uint32_t needed = mongocrypt_kms_ctx_bytes_needed(request)) {
    const std::size_t room = std::min<std::size_t>(needed, buffer.size());
    const std::size_t count = connection.read(std::span(buffer).first(room));
    refuse_if(!mongocrypt_kms_ctx_feed(
        request, Lent(Bytes(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count))).get()));
  }
}

// --- BSON
// ------------------------------------------------------------------------------------------------------------

Bytes to_bytes(const bson_t& document) {
  const std::uint8_t* data = bson_get_data(&document);
  return {data, data + document.len};
}

Bytes text_document(std::string_view text) { return Document().add("v", text).bytes(); }

std::string text_in(const Bytes& document) {
  const bson_t view = view_of(document);
  bson_iter_t at;
  if (!bson_iter_init_find(&at, &view, "v") || !BSON_ITER_HOLDS_UTF8(&at))
    throw std::runtime_error("no text at \"v\"");
  std::uint32_t length = 0;
  const char* text = bson_iter_utf8(&at, &length);
  return {text, length};
}

Bytes id_of(const Bytes& key_document) {
  const bson_t view = view_of(key_document);
  bson_iter_t at;
  if (!bson_iter_init_find(&at, &view, "_id") || !BSON_ITER_HOLDS_BINARY(&at)) {
    throw std::runtime_error("the data key has no id");
  }
  bson_subtype_t subtype{};
  std::uint32_t length = 0;
  const std::uint8_t* bytes = nullptr;
  bson_iter_binary(&at, &subtype, &length, &bytes);
  return {bytes, bytes + length};
}

std::string to_json(const Bytes& document) {
  const bson_t view = view_of(document);
  const std::unique_ptr<char, decltype(&bson_free)> text(bson_as_relaxed_extended_json(&view, nullptr),
                                                         bson_free);
  return text ? text.get() : "";
}

}  // namespace latchkey::clients
