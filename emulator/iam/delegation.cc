// Delegation requests: a partner's product asks an account's owner for permissions, who accepts or rejects.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-temporary-delegation.html
#include <algorithm>

#include "core/json.h"
#include "iam/access.h"
#include "iam/errors.h"
#include "iam/pages.h"
#include "iam/service.h"
#include "iam/shapes.h"

namespace latchkey::iam {
namespace {

constexpr std::int64_t kLife = 7 * 86'400;

bool expired(const DelegationRequest& request, Time now) {
  return request.created.plus_seconds(kLife) <= now;
}

std::string state_of(const DelegationRequest& request, Time now) {
  const bool open =
      request.state == "UNASSIGNED" || request.state == "ASSIGNED" || request.state == "PENDING_APPROVAL";
  return open && expired(request, now) ? "EXPIRED" : request.state;
}

std::string arn_of(const Call& call, const DelegationRequest& request) {
  return Arn{call.partition, "iam", "", request.account, "delegation-request/" + request.id}.str();
}

// Whoever made the request sees it, and the account that it is for; one for nobody yet is seen by who knows
// its id.
bool visible(const Call& call, const DelegationRequest& request) {
  return request.account == call.account || request.owner_account == call.account ||
         request.owner_account.empty();
}

Ptr<DelegationRequest> find_request(const Call& call, const std::string& id) {
  for (const auto& request : call.store.all<DelegationRequest>()) {
    if (request->id == id && visible(call, *request)) return request;
  }
  return nullptr;
}

Ptr<DelegationRequest> request_of(const Call& call) {
  const std::string& id = call.in.text("DelegationRequestId");
  auto request = find_request(call, id);
  if (!request) throw missing("Delegation request with id " + id + " cannot be found.");
  return request;
}

Members entry_of(const Call& call, const DelegationRequest& request) {
  Members permissions;
  if (!request.template_arn.empty()) permissions.add("PolicyTemplateArn", request.template_arn);
  if (auto parameters = parse_json(request.parameters)) permissions.add("Parameters", *std::move(parameters));
  Members out{{"DelegationRequestId", request.id},
              {"Description", request.description},
              {"Permissions", std::move(permissions)},
              {"State", state_of(request, call.now)},
              {"RequestorId", request.account},
              {"CreateDate", request.created},
              {"ExpirationTime", request.created.plus_seconds(kLife)},
              {"UpdatedTime", request.updated},
              {"SessionDuration", request.session_seconds},
              {"OnlySendByOwner", request.only_by_owner}};
  const std::pair<std::string_view, const std::string*> texts[] = {{"OwnerAccountId", &request.owner_account},
                                                                   {"OwnerId", &request.owner},
                                                                   {"RequestMessage", &request.message},
                                                                   {"RedirectUrl", &request.redirect_url},
                                                                   {"Notes", &request.notes},
                                                                   {"RejectionReason", &request.rejection}};
  for (const auto& [name, text] : texts) {
    if (!text->empty()) out.add(std::string(name), *text);
  }
  return out;
}

Value create_request(Call& call) {
  DelegationRequest request;
  request.account = call.account;
  request.id = call.random.uuid();
  request.owner_account = call.in.text_or("OwnerAccountId", "");
  request.description = call.in.text("Description");
  const Members& permissions = call.in.map("Permissions");
  if (const Value* arn = permissions.find("PolicyTemplateArn"))
    request.template_arn = arn->get<std::string>();
  if (const Value* parameters = permissions.find("Parameters")) request.parameters = to_json(*parameters);
  request.message = call.in.text_or("RequestMessage", "");
  request.requestor = call.who.principal.arn;
  request.workflow_id = call.in.text("RequestorWorkflowId");
  request.redirect_url = call.in.text_or("RedirectUrl", "");
  request.channel = call.in.text("NotificationChannel");
  request.session_seconds = call.in.number("SessionDuration");
  request.only_by_owner = call.in.flag("OnlySendByOwner");
  request.created = request.updated = call.now;
  for (const auto& other : call.store.range<DelegationRequest>(call.account, "")) {
    if (other->workflow_id == request.workflow_id) {
      throw exists("A delegation request for the workflow " + request.workflow_id + " already exists.");
    }
  }
  call.store.write([&](Txn& txn) { txn.put(request); });
  return Members{
      {"ConsoleDeepLink", "https://console.aws.amazon.com/iam/home#/delegation-requests/" + request.id},
      {"DelegationRequestId", request.id}};
}

Value get_request(Call& call) {
  Members answer{{"DelegationRequest", entry_of(call, *request_of(call))}};
  if (call.in.flag("DelegationPermissionCheck")) {
    answer.add("PermissionCheckStatus", "COMPLETE").add("PermissionCheckResult", "ALLOWED");
  }
  return answer;
}

Value list_requests(Call& call) {
  std::vector<Ptr<DelegationRequest>> requests;
  for (const auto& request : call.store.all<DelegationRequest>()) {
    if (request->owner_account != call.account && request->account != call.account) continue;
    if (call.in.has("OwnerId") && request->owner != call.in.text("OwnerId")) continue;
    requests.push_back(request);
  }
  std::sort(requests.begin(), requests.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  const Members page = list_answer(
      call, "DelegationRequests", requests, [](const auto& request) { return request->id; },
      [&](const auto& request) { return entry_of(call, *request); });
  Members answer;
  // This list alone writes its flag with a small letter.
  for (const auto& [name, value] : page) answer.add(name == "IsTruncated" ? "isTruncated" : name, value);
  return answer;
}

// Moves an open request on. from: the states it may be in, comma separated.
template <class F>
void move_on(const Call& call, std::string_view from, F work) {
  const auto found = request_of(call);
  call.store.write([&](Txn& txn) {
    const auto current = txn.find<DelegationRequest>(Traits<DelegationRequest>::id(*found));
    if (!current) throw missing("Delegation request with id " + found->id + " cannot be found.");
    DelegationRequest request = *current;
    const std::string state = state_of(request, call.now);
    if (from.find(state) == std::string_view::npos) {
      throw invalid_input("The delegation request is in the state " + state +
                          ", which does not permit this operation.");
    }
    work(request);
    request.updated = call.now;
    txn.put(std::move(request));
  });
}

constexpr std::string_view kOpen = "UNASSIGNED,ASSIGNED,PENDING_APPROVAL";

Value associate_request(Call& call) {
  move_on(call, "UNASSIGNED", [&](DelegationRequest& request) {
    request.owner_account = call.account;
    request.owner = call.who.principal.arn;
    request.state = "ASSIGNED";
  });
  return {};
}

Value update_request(Call& call) {
  move_on(call, kOpen, [&](DelegationRequest& request) {
    request.notes = call.in.text_or("Notes", request.notes);
    request.state = "PENDING_APPROVAL";
  });
  return {};
}

Value accept_request(Call& call) {
  move_on(call, kOpen, [](DelegationRequest& request) { request.state = "ACCEPTED"; });
  return {};
}

Value reject_request(Call& call) {
  move_on(call, kOpen, [&](DelegationRequest& request) {
    request.rejection = call.in.text_or("Notes", "");
    request.state = "REJECTED";
  });
  return {};
}

Value send_token(Call& call) {
  move_on(call, "ACCEPTED", [](DelegationRequest& request) { request.state = "FINALIZED"; });
  return {};
}

// Summaries in plain language are made by a service that is not here.
Value human_readable_summary(Call& call) {
  const std::string& arn = call.in.text("EntityArn");
  const auto parsed = Arn::parse(arn);
  const std::string word = "delegation-request/";
  if (!parsed || !parsed->resource.starts_with(word))
    throw invalid_input("The entity ARN " + arn + " is not valid.");
  if (!find_request(call, parsed->resource.substr(word.size())))
    throw missing("Entity " + arn + " cannot be found.");
  return Members{{"Locale", call.in.text_or("Locale", "en")}, {"SummaryState", "NOT_SUPPORTED"}};
}

AccessRule on_request() {
  return AccessRule([](Call& call) {
    const std::string& id = call.in.text("DelegationRequestId");
    const auto request = find_request(call, id);
    Access access{.action = action_of(call),
                  .resource = request ? arn_of(call, *request) : call.arn("iam", "delegation-request/" + id)};
    // The request is the owner's to decide on, whoever made it.
    access.resource_account = call.account;
    return std::vector<Access>{std::move(access)};
  });
}

AccessRule on_summarized() {
  return AccessRule([](Call& call) {
    if (!Arn::parse(call.in.text("EntityArn"))) throw unparsable_arn();
    return std::vector<Access>{{.action = action_of(call), .resource = call.in.text("EntityArn")}};
  });
}

}  // namespace

std::vector<Operation> delegation_operations() {
  const Member id = req("DelegationRequestId", shape::DelegationRequestId);
  const Member notes = opt("Notes", shape::DelegationNotes);
  return {
      {.name = "CreateDelegationRequest",
       .input = {opt("OwnerAccountId", shape::DelegationOwnerAccount),
                 req("Description", shape::RoleDescription), req("Permissions", shape::DelegationPermission),
                 opt("RequestMessage", shape::DelegationMessage),
                 req("RequestorWorkflowId", shape::DelegationWorkflow),
                 opt("RedirectUrl", shape::DelegationUrl),
                 req("NotificationChannel", shape::DelegationChannel),
                 req("SessionDuration", shape::DelegationDuration), opt("OnlySendByOwner", shape::Flag)},
       .access = on_everything(),
       .run = create_request},
      {.name = "GetDelegationRequest",
       .input = {id, opt("DelegationPermissionCheck", shape::Flag)},
       .access = on_request(),
       .run = get_request},
      {.name = "ListDelegationRequests",
       .input = {opt("OwnerId", shape::DelegationOwnerId), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_everything(),
       .run = list_requests},
      {.name = "AssociateDelegationRequest", .input = {id}, .access = on_request(), .run = associate_request},
      {.name = "UpdateDelegationRequest",
       .input = {id, notes},
       .access = on_request(),
       .run = update_request},
      {.name = "AcceptDelegationRequest", .input = {id}, .access = on_request(), .run = accept_request},
      {.name = "RejectDelegationRequest",
       .input = {id, notes},
       .access = on_request(),
       .run = reject_request},
      {.name = "SendDelegationToken", .input = {id}, .access = on_request(), .run = send_token},
      {.name = "GetHumanReadableSummary",
       .input = {req("EntityArn", shape::Arn), opt("Locale", shape::Locale)},
       .access = on_summarized(),
       .run = human_readable_summary},
  };
}

}  // namespace latchkey::iam
