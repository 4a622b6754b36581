// Entity to Value and back: the fields of each kind (store/fields.h) are shown to a visitor that writes or reads them. For
// kinds.cc alone.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/encoding.h"
#include "core/value.h"
#include "store/entity.h"
#include "store/kind.h"
#include "store/seal.h"

namespace latchkey {

template <class T>
Members encode(const T& entity, Secrets secrets);
template <class T>
T decode(const Members& members);

inline constexpr std::string_view kSealed = "sealed:";

inline std::string principals_of(const char* document) { return std::string(document) + "Principals"; }

// A visitor that writes each field it is shown.
class Encoder {
 public:
  static constexpr bool kReading = false;
  explicit Encoder(Secrets secrets) : secrets_(secrets) {}

  void operator()(const char* name, const std::string& value) { out_.add(name, value); }
  void operator()(const char* name, bool value) { out_.add(name, value); }
  void operator()(const char* name, std::int64_t value) { out_.add(name, value); }
  void operator()(const char* name, Time value) { out_.add(name, value.ms); }
  void operator()(const char* name, const std::optional<Time>& value) {
    if (value) out_.add(name, value->ms);
  }
  void operator()(const char* name, const Secret& value) { out_.add(name, text_of(value)); }
  void operator()(const char* name, const Document& value, policy::Kind) {
    out_.add(name, value.text());
    if (!value.principals().empty()) (*this)(principals_of(name).c_str(), value.principals());
  }
  void operator()(const char* name, const std::map<std::string, Document>& documents) {
    Members members;
    for (const auto& [key, document] : documents) members.add(key, document.text());
    out_.add(name, std::move(members));
  }
  void operator()(const char* name, const std::optional<ControlPolicies::Levels>& levels) {
    if (!levels) return;
    List list;
    for (const auto& level : *levels) {
      List texts;
      for (const Document& document : level) texts.emplace_back(document.text());
      list.emplace_back(std::move(texts));
    }
    out_.add(name, std::move(list));
  }
  void operator()(const char* name, const Tags& tags) {
    Members members;
    for (const auto& [key, value] : tags) members.add(key, value);
    out_.add(name, std::move(members));
  }
  void operator()(const char* name, const std::vector<std::string>& texts) {
    List list;
    for (const std::string& text : texts) list.emplace_back(text);
    out_.add(name, std::move(list));
  }
  void operator()(const char* name, const std::vector<Secret>& secrets) {
    List list;
    for (const Secret& secret : secrets) list.emplace_back(text_of(secret));
    out_.add(name, std::move(list));
  }
  template <class T>
  void operator()(const char* name, const std::vector<T>& parts) {
    List list;
    for (const T& part : parts) list.emplace_back(encode(part, secrets_));
    out_.add(name, std::move(list));
  }

  template <class T>
  void added(const char* name, const T& value) {
    (*this)(name, value);
  }

  Members take() { return std::move(out_); }

 private:
  std::string text_of(const Secret& value) const {
    return secrets_ == Secrets::plain ? base64_encode(value.reveal())
                                      : std::string(kSealed) + base64_encode(seal(value.reveal()));
  }

  Secrets secrets_;
  Members out_;
};

// A visitor that reads each field it is shown.
class Decoder {
 public:
  static constexpr bool kReading = true;
  explicit Decoder(const Members& in) : in_(in) {}

  void operator()(const char* name, std::string& value) { value = get<std::string>(name); }
  void operator()(const char* name, bool& value) { value = get<bool>(name); }
  void operator()(const char* name, std::int64_t& value) { value = get<std::int64_t>(name); }
  void operator()(const char* name, Time& value) { value = time_in(name); }
  void operator()(const char* name, std::optional<Time>& value) {
    if (in_.find(name) != nullptr) value = time_in(name);
  }
  void operator()(const char* name, Secret& value) { value = secret_of(name, get<std::string>(name)); }
  void operator()(const char* name, std::vector<Secret>& secrets) {
    for (const Value& value : get<List>(name)) secrets.push_back(secret_of(name, text_of(name, value)));
  }
  void operator()(const char* name, Document& value, policy::Kind kind) {
    Tags principals;
    added(principals_of(name).c_str(), principals);
    value = Document(get<std::string>(name), kind, std::move(principals));
  }
  void operator()(const char* name, std::map<std::string, Document>& documents) {
    for (const auto& [key, text] : get<Members>(name)) {
      documents[key] = Document(text_of(name, text), policy::Kind::identity);
    }
  }
  void operator()(const char* name, std::optional<ControlPolicies::Levels>& levels) {
    if (in_.find(name) == nullptr) return;
    levels.emplace();
    for (const Value& level : get<List>(name)) {
      if (!level.is<List>()) fail(name, "must hold lists");
      auto& documents = levels->emplace_back();
      for (const Value& text : level.get<List>()) {
        documents.emplace_back(text_of(name, text), policy::Kind::control);
      }
    }
  }
  void operator()(const char* name, Tags& tags) {
    for (const auto& [key, value] : get<Members>(name)) tags.emplace_back(key, text_of(name, value));
  }
  void operator()(const char* name, std::vector<std::string>& texts) {
    for (const Value& value : get<List>(name)) texts.push_back(text_of(name, value));
  }
  template <class T>
  void operator()(const char* name, std::vector<T>& parts) {
    for (const Value& value : get<List>(name)) {
      if (!value.is<Members>()) fail(name, "must hold objects");
      parts.push_back(decode<T>(value.get<Members>()));
    }
  }

  // A field that documents written by earlier versions have not.
  template <class T>
  void added(const char* name, T& value) {
    if (in_.find(name) != nullptr) (*this)(name, value);
  }

 private:
  [[noreturn]] static void fail(const char* name, const char* reason) {
    throw std::runtime_error(std::string(name) + " " + reason);
  }
  // To the year 9999 either way: what is computed from it has to be a time as well.
  Time time_in(const char* name) {
    constexpr std::int64_t kLimit = 253'402'300'800'000;
    const Time time{get<std::int64_t>(name)};
    if (time.ms < -kLimit || time.ms >= kLimit) fail(name, "is no time that can be");
    return time;
  }
  static Secret secret_of(const char* name, std::string_view text) {
    const bool sealed = text.starts_with(kSealed);
    if (sealed) text.remove_prefix(kSealed.size());
    auto bytes = base64_decode(text);
    if (bytes && sealed) bytes = unseal(*bytes);
    if (!bytes) fail(name, "is not a secret that can be read");
    return Secret(std::move(*bytes));
  }
  static const std::string& text_of(const char* name, const Value& value) {
    if (!value.is<std::string>()) fail(name, "must hold strings");
    return value.get<std::string>();
  }
  template <class T>
  const T& get(const char* name) {
    const Value* value = in_.find(name);
    if (value == nullptr) fail(name, "is missing");
    if (!value->is<T>()) fail(name, "has the wrong type");
    return value->get<T>();
  }

  const Members& in_;
};

template <class T>
Members encode(const T& entity, Secrets secrets) {
  Encoder encoder(secrets);
  fields(encoder, entity, static_cast<const T*>(nullptr));
  return encoder.take();
}

template <class T>
T decode(const Members& members) {
  Decoder decoder(members);
  T entity;
  fields(decoder, entity, static_cast<const T*>(nullptr));
  return entity;
}

}  // namespace latchkey
