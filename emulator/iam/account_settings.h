// What an account has once: its alias, its password policy, its preferences.
#pragma once

#include <utility>

#include "pipeline/operation.h"

namespace latchkey::iam {

template <class Source>
AccountSettings settings_of(const Source& source, const Call& call) {
  const auto found = source.template find<AccountSettings>({call.account, "", "account"});
  if (found) return *found;
  AccountSettings settings;
  settings.account = call.account;
  return settings;
}

template <class F>
void change_settings(const Call& call, F&& work) {
  call.store.write([&](Txn& txn) {
    AccountSettings settings = settings_of(txn, call);
    work(settings);
    txn.put(std::move(settings));
  });
}

}  // namespace latchkey::iam
