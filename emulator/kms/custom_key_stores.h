// Custom key stores: CloudHSM and external ones, as state machines. Nothing outside is called; the
// cryptography of their keys is done here, and a key's metadata says where it would live.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html
#pragma once

#include <string_view>

#include "pipeline/operation.h"

namespace latchkey::kms {

// Throws CustomKeyStoreNotFoundException, or CustomKeyStoreInvalidStateException unless it is connected.
Ptr<CustomKeyStore> require_connected(const Call& call, const std::string& id);

// Sets what CreateKey's Origin, CustomKeyStoreId and XksKeyId say. Throws where they do not fit each other,
// the key's spec or the store's state.
void place_new_key(const Call& call, Key& key);

// The key is in a store that is not connected now.
bool out_of_reach(const Call& call, const Key& key);

// CustomKeyStoreId, CloudHsmClusterId, XksKeyConfiguration.
void add_store_metadata(const Store& store, const Key& key, Members& metadata);

}  // namespace latchkey::kms
