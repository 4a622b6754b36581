// The one evaluator, over a recorder: decide() gives it one that does nothing and costs nothing, explain()
// one that keeps what was looked at, so that an explanation cannot disagree with a decision.
#pragma once

#include <algorithm>
#include <utility>

#include "policy/combine.h"
#include "policy/compiled.h"

namespace latchkey::policy {

struct NoRecorder {
  static constexpr bool kRecords = false;
};

// Conditions are joined by AND. A recorder wants to see all of them, met or not.
template <class Recorder>
bool conditions_met(const Statement& statement, const RequestView& request, StatementNote* note) {
  bool met = true;
  for (const Condition& condition : statement.conditions) {
    if constexpr (Recorder::kRecords) {
      note->conditions.push_back(condition.note(request));
      met = met && note->conditions.back().met;
    } else {
      if (!condition.met(request)) return false;
    }
  }
  (void)note;
  return met;
}

inline bool action_covered(const Statement& statement, const RequestView& request) {
  const bool listed =
      std::any_of(statement.actions.begin(), statement.actions.end(),
                  [&](const ActionPattern& action) { return action.matches(request.action()); });
  return listed != statement.not_action;
}

inline bool resource_covered(const Statement& statement, const RequestView& request) {
  if (statement.any_resource) return true;
  const bool listed =
      std::any_of(statement.resources.begin(), statement.resources.end(),
                  [&](const Pattern& resource) { return resource.matches(request.resource(), request); });
  return listed != statement.not_resource;
}

// Whether a statement applies to the request, cheapest question first, and how it names the caller.
template <class Recorder>
Naming applies(const Statement& statement, const RequestView& request, StatementNote* note) {
  constexpr bool kRecords = Recorder::kRecords;
  if (!statement.effective) return Naming::none;
  const Naming naming =
      statement.principal.present() ? statement.principal.names(request, statement.deny) : Naming::direct;
  if (naming == Naming::none) return Naming::none;
  if constexpr (kRecords) note->principal_matched = true;
  if (!action_covered(statement, request)) return Naming::none;
  if constexpr (kRecords) note->action_matched = true;
  if (!resource_covered(statement, request)) return Naming::none;
  if constexpr (kRecords) note->resource_matched = true;
  if (!conditions_met<Recorder>(statement, request, note)) return Naming::none;
  if constexpr (kRecords) note->conditions_met = true;
  return naming;
}

template <class Recorder>
class Evaluation {
 public:
  Evaluation(const Request& request, const Set& policies, Recorder& recorder)
      : request_(request), set_(policies), recorder_(recorder) {}

  Decision run() {
    if (needs_no_permission(request_)) return {Outcome::allowed, Cause::none, {}};
    request_.set_bounded(set_.boundary.has_value() && has_own_policies(request_.principal()));
    if (set_.scp && bound_by_scps(request_)) found_.scp = levels("scp", *set_.scp);
    if (set_.rcp && bound_by_rcps(request_)) found_.rcp = levels("rcp", *set_.rcp);
    resource_side();
    if (has_own_policies(request_.principal())) caller_side();
    // Of the root user's sessions those of AssumeRoot are limited, to their task.
    const bool root = request_.principal().kind == Principal::Kind::root;
    if (root && set_.session) found_.session = list("session", *set_.session);
    if (!found_.denies.empty()) {
      const Cause cause = cause_of(found_.denies.front().kind);
      return {Outcome::explicit_deny, cause, std::move(found_.denies)};
    }
    const Cause cause = missing_allow(request_, found_);
    if (cause != Cause::none) return {Outcome::implicit_deny, cause, {}};
    return {Outcome::allowed, Cause::none, std::move(found_.allows)};
  }

  const RequestView& request() const { return request_; }
  const Findings& found() const { return found_; }

 private:
  static Cause cause_of(std::string_view kind) {
    if (kind == "scp") return Cause::scp;
    if (kind == "rcp") return Cause::rcp;
    if (kind == "resource") return Cause::resource;
    if (kind == "identity") return Cause::identity;
    return kind == "boundary" ? Cause::boundary : Cause::session;
  }

  // What one document allows: how its Allow statements name the caller.
  struct Allowance {
    Naming named = Naming::none;
    bool delegated = false;
    bool any() const { return named != Naming::none || delegated; }
  };

  Allowance look_at(const Named& named, Match where) {
    Allowance allowance;
    if constexpr (Recorder::kRecords) recorder_.policy(where, named);
    if (!named.policy) return allowance;
    where.policy = named.policy.get();
    const bool keeps_allows = where.kind != "scp" && where.kind != "rcp";
    for (const Statement& statement : named.policy->statements) {
      Naming naming = Naming::none;
      if constexpr (Recorder::kRecords) {
        naming = applies<Recorder>(statement, request_, recorder_.statement(where.statement, statement));
        recorder_.applied(naming, statement.deny);
      } else {
        naming = applies<Recorder>(statement, request_, nullptr);
      }
      if (naming != Naming::none && statement.deny) found_.denies.push_back(where);
      if (naming != Naming::none && !statement.deny) {
        if (keeps_allows) keep(where);
        if (naming == Naming::account) allowance.delegated = true;
        if (naming > Naming::account) allowance.named = std::max(allowance.named, naming);
      }
      ++where.statement;
    }
    return allowance;
  }

  void keep(const Match& match) {
    if (found_.allows.empty()) found_.allows.reserve(4);
    found_.allows.push_back(match);
  }

  // Documents of one list add up.
  bool list(std::string_view kind, const std::vector<Named>& policies, std::size_t level = 0) {
    bool allowed = false;
    Match where{kind, level, 0, 0, nullptr};
    for (const Named& policy : policies) {
      allowed = look_at(policy, where).any() || allowed;
      ++where.index;
    }
    return allowed;
  }

  // Levels do not: from the root of the organization down to the account, each must allow. No level allows
  // nothing.
  bool levels(std::string_view kind, const std::vector<std::vector<Named>>& policies) {
    bool allowed = !policies.empty();
    for (std::size_t level = 0; level < policies.size(); ++level) {
      allowed = list(kind, policies[level], level) && allowed;
    }
    return allowed;
  }

  void resource_side() {
    if (set_.resource) {
      const Allowance allowance = look_at(*set_.resource, {"resource", 0, 0, 0, nullptr});
      found_.resource = allowance.named;
      found_.delegated = allowance.delegated;
    }
    if (set_.grant) {
      const Match where{"grant", 0, 0, 0, nullptr};
      if constexpr (Recorder::kRecords) recorder_.policy(where, *set_.grant);
      found_.resource = std::max(found_.resource, grant_naming(*set_.grant, request_.principal()));
      keep(where);
    }
  }

  void caller_side() {
    if (set_.identity) found_.identity = list("identity", *set_.identity);
    if (set_.boundary) found_.boundary = look_at(*set_.boundary, {"boundary", 0, 0, 0, nullptr}).any();
    if (set_.session) found_.session = list("session", *set_.session);
  }

  RequestView request_;
  const Set& set_;
  Recorder& recorder_;
  Findings found_;
};

}  // namespace latchkey::policy
