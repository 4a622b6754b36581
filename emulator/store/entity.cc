#include "store/entity.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"

namespace latchkey {
namespace {

std::string iam_arn(std::string_view partition, std::string_view account, std::string_view type,
                    std::string_view path, std::string_view name) {
  std::string out = "arn:";
  out.append(partition).append(":iam::").append(account).append(":").append(type).append(path).append(name);
  return out;
}

void replace_name(Value& value, const Tags& replacements) {
  if (!value.is<std::string>()) return;
  for (const auto& [written, wanted] : replacements) {
    if (value.get<std::string>() != written) continue;
    value = wanted;
    return;
  }
}

// "AWS" holds one name or a list of them.
void replace_in_statement(Members& statement, const Tags& replacements) {
  for (const std::string_view element : {"Principal", "NotPrincipal"}) {
    Value* principal = statement.find(element);
    if (principal == nullptr || !principal->is<Members>()) continue;
    Value* names = principal->get<Members>().find("AWS");
    if (names == nullptr) continue;
    if (names->is<List>()) {
      for (Value& name : names->get<List>()) replace_name(name, replacements);
    } else {
      replace_name(*names, replacements);
    }
  }
}

}  // namespace

std::string replace_principals(const std::string& text, const Tags& replacements) {
  auto document = parse_json(text);
  if (!document || !document->is<Members>()) return text;
  Value* statements = document->get<Members>().find("Statement");
  if (statements == nullptr) return text;
  if (statements->is<Members>()) replace_in_statement(statements->get<Members>(), replacements);
  if (statements->is<List>()) {
    for (Value& statement : statements->get<List>()) {
      if (statement.is<Members>()) replace_in_statement(statement.get<Members>(), replacements);
    }
  }
  return to_json(*document);
}

struct Document::Form {
  explicit Form(policy::Kind of) : kind(of) {}

  policy::Kind kind;
  std::once_flag made;
  policy::PolicyPtr policy;
  std::string_view in_program;  // where a text is that has not been copied
  std::once_flag copied;
  std::string copy;
};

Document::Document(std::string policy, policy::Kind kind, Tags named)
    : text_(std::move(policy)), principals_(std::move(named)) {
  if (!principals_.empty()) {
    form_ = std::make_shared<Form>(kind);
    return;
  }
  // Of a hundred thousand keys nearly all have the same policy: those that are alike share one form.
  struct Remembered {
    std::string text;
    std::shared_ptr<Form> form;
  };
  thread_local std::array<Remembered, 8> lately;
  thread_local std::size_t next = 0;
  for (const Remembered& one : lately) {
    if (one.form && one.form->kind == kind && one.text == text_) {
      form_ = one.form;
      return;
    }
  }
  form_ = std::make_shared<Form>(kind);
  lately[next] = {text_, form_};
  next = (next + 1) % lately.size();
}

Document::Document(std::string policy, policy::PolicyPtr form)
    : text_(std::move(policy)), form_(std::make_shared<Form>(policy::Kind::identity)) {
  std::call_once(form_->made, [&] { form_->policy = std::move(form); });
}

Document Document::in_program(std::string_view policy, policy::Kind kind) {
  Document document;
  document.form_ = std::make_shared<Form>(kind);
  document.form_->in_program = policy;
  return document;
}

const std::string& Document::text() const {
  if (!form_ || form_->in_program.empty()) return text_;
  std::call_once(form_->copied, [this] { form_->copy = form_->in_program; });
  return form_->copy;
}

const policy::PolicyPtr& Document::compiled() const {
  static const policy::PolicyPtr none;
  if (!form_) return none;
  std::call_once(form_->made, [this] {
    const std::string bound = principals_.empty() ? std::string() : replace_principals(text_, principals_);
    const std::string_view written = form_->in_program.empty() ? std::string_view(text_) : form_->in_program;
    form_->policy = policy::compile(principals_.empty() ? written : std::string_view(bound), form_->kind,
                                    policy::Strictness::lenient)
                        .policy;
  });
  return form_->policy;
}

const ManagedPolicy::Version& ManagedPolicy::default_document() const {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [&](const Version& version) { return version.id == default_version; });
  return found == versions.end() ? versions.front() : *found;
}

std::string ManagedPolicy::key() const { return account + "/" + to_lower(name); }

std::string arn_of(std::string_view partition, const User& user) {
  return iam_arn(partition, user.account, "user", user.path, user.name);
}

std::string arn_of(std::string_view partition, const Group& group) {
  return iam_arn(partition, group.account, "group", group.path, group.name);
}

std::string arn_of(std::string_view partition, const Role& role) {
  return iam_arn(partition, role.account, "role", role.path, role.name);
}

std::string arn_of(std::string_view partition, const ManagedPolicy& policy) {
  return iam_arn(partition, policy.account, "policy", policy.path, policy.name);
}

std::string_view to_string(Key::State state) {
  switch (state) {
    case Key::State::enabled:
      return "Enabled";
    case Key::State::disabled:
      return "Disabled";
    case Key::State::pending_deletion:
      return "PendingDeletion";
    case Key::State::pending_import:
      return "PendingImport";
    case Key::State::unavailable:
      return "Unavailable";
  }
  return "";
}

std::string Key::arn() const {
  return Arn{std::string(partition_of(region)), "kms", region, account, "key/" + id}.str();
}

const KeyMaterial& Key::current_material() const {
  const auto current =
      std::find_if(materials.rbegin(), materials.rend(), [](const KeyMaterial& m) { return !m.pending; });
  if (current == materials.rend()) throw std::logic_error("the key " + arn() + " has no material");
  return *current;
}

std::string Alias::arn() const {
  return Arn{std::string(partition_of(region)), "kms", region, account, name}.str();
}

}  // namespace latchkey
