// The principals that key policies and trust policies name. AWS refuses policies that name unknown ones, and
// keeps users and roles by their unique ids: one that is deleted later shows as its id, and one that is made
// again under the same name has no part in the policy.
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"

namespace latchkey {

// An account (number or root ARN) always does; a user, role, assumed-role or federated-user ARN and a unique
// id are looked up. Anything else that looks like no principal at all does not.
bool principal_exists(const Store& store, std::string_view principal);

// The unique id of the user or role that an ARN names; empty if it names neither.
std::string unique_id_of_principal(const Store& store, std::string_view principal);
std::string unique_id_of_principal(const Txn& txn, std::string_view principal);

// The document, going by the unique ids of the users and roles that it names. The second form sees what a
// transaction has staged.
Document bound_document(const Store& store, Document document, policy::Kind kind);
Document bound_document(const Txn& txn, Document document, policy::Kind kind);

// The document as AWS shows it: users and roles by the ARN they have now, those that are gone by their unique
// id.
std::string shown_text(const Store& store, const Document& document);

}  // namespace latchkey
