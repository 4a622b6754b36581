// Virtual MFA devices, whose codes are checked by the emulator's clock.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
#include <algorithm>

#include "core/encoding.h"
#include "iam/access.h"
#include "iam/answers.h"
#include "iam/lookup.h"
#include "iam/pages.h"
#include "iam/qr_code.h"
#include "iam/service.h"
#include "iam/shapes.h"
#include "iam/tags.h"
#include "identity/totp.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kSeedBytes = 40;  // 64 characters of base 32, as AWS's
constexpr std::size_t kMostDevices = 8;

AwsError wrong_code() {
  return {403, "InvalidAuthenticationCode", "Authentication code for device is not valid."};
}

Members user_of(const Call& call, const MfaDevice& device) {
  for (const auto& user : call.store.indexed<User>(device.user_id)) return user_entry(call, *user);
  return {{"UserId", call.account}, {"Arn", call.arn("iam", "root")}, {"CreateDate", device.created}};
}

// What the QR code says to an authenticator app, as the API reference of VirtualMFADevice has it.
std::string provisioning_uri(const Call& call, const MfaDevice& device, const std::string& seed) {
  return "otpauth://totp/" + device.name + "@" + call.account + "?secret=" + seed;
}

Value create_virtual_mfa_device(Call& call) {
  MfaDevice device;
  device.account = call.account;
  device.name = call.in.text("VirtualMFADeviceName");
  device.path = call.in.text_or("Path", "/");
  device.serial = call.arn("iam", "mfa" + device.path + device.name);
  device.seed = Secret(call.random.bytes(kSeedBytes));
  device.created = call.now;
  device.tags = call.in.tags("Tags", "Key", "Value");
  check_new_tags(device.tags);
  call.store.write([&](Txn& txn) {
    if (txn.find<MfaDevice>(Traits<MfaDevice>::id(device))) {
      throw exists("MFADevice entity at the same path and name already exists.");
    }
    txn.put(device);
  });
  const std::string seed = base32_encode(device.seed.reveal());
  Members out{{"SerialNumber", device.serial},
              {"Base32StringSeed", Blob{seed}},
              {"QRCodePNG", Blob{qr_code_png(provisioning_uri(call, device, seed))}}};
  if (!device.tags.empty()) out.add("Tags", tag_list(device.tags));
  return Members{{"VirtualMFADevice", std::move(out)}};
}

Value delete_virtual_mfa_device(Call& call) {
  const std::string& serial = call.in.text("SerialNumber");
  call.store.write([&](Txn& txn) {
    if (!require<MfaDevice>(txn, call, serial)->user_id.empty()) {
      throw conflict("MFA VirtualDevice in use. Must deactivate first.");
    }
    txn.erase<MfaDevice>(id_named<MfaDevice>(call, serial));
  });
  return {};
}

std::string owner_named(const Call& call) { return named<User>(call)->id; }

Value enable_mfa_device(Call& call) {
  const std::string owner = owner_named(call);
  change<MfaDevice>(call, [&](MfaDevice& device, Txn& txn) {
    if (!device.user_id.empty()) throw exists("MFA Device is already in use.");
    if (txn.indexed<MfaDevice>(owner).size() >= kMostDevices) {
      throw quota_exceeded("MFADevicesPerUser", kMostDevices);
    }
    if (!consecutive_codes(device.seed, call.in.text("AuthenticationCode1"),
                           call.in.text("AuthenticationCode2"), call.now)) {
      throw wrong_code();
    }
    device.user_id = owner;
    device.enabled = call.now;
  });
  return {};
}

Ptr<MfaDevice> device_of(const Call& call, const std::string& owner) {
  auto device = named<MfaDevice>(call);
  if (device->user_id != owner) {
    throw missing("MFA Device with serial number " + device->serial + " is not assigned to this user.");
  }
  return device;
}

Value deactivate_mfa_device(Call& call) {
  device_of(call, owner_id(call));
  change<MfaDevice>(call, [&](MfaDevice& device, Txn&) {
    device.user_id.clear();
    device.enabled.reset();
  });
  return {};
}

// The device's codes are computed from the same clock, so there is nothing to shift; but they must be right.
Value resync_mfa_device(Call& call) {
  const auto device = device_of(call, owner_named(call));
  if (!consecutive_codes(device->seed, call.in.text("AuthenticationCode1"),
                         call.in.text("AuthenticationCode2"), call.now)) {
    throw wrong_code();
  }
  return {};
}

Value get_mfa_device(Call& call) {
  const auto device = call.in.has("UserName") ? device_of(call, owner_named(call)) : named<MfaDevice>(call);
  Members answer;
  for (const auto& user : call.store.indexed<User>(device->user_id)) answer.add("UserName", user->name);
  answer.add("SerialNumber", device->serial);
  if (device->enabled) answer.add("EnableDate", *device->enabled);
  return answer;
}

Value list_mfa_devices(Call& call) {
  const std::string owner = owner_id(call);
  const auto user = user_or_caller(call);
  return table_answer<MfaDevice>(
      call, "MFADevices", [&](const MfaDevice& device) { return device.user_id == owner; },
      [&](const MfaDevice& device) {
        return Members{{"UserName", user ? *user : call.account},
                       {"SerialNumber", device.serial},
                       {"EnableDate", device.enabled.value_or(device.created)}};
      });
}

Value list_virtual_mfa_devices(Call& call) {
  const std::string status = call.in.text_or("AssignmentStatus", "Any");
  return table_answer<MfaDevice>(
      call, "VirtualMFADevices",
      [&](const MfaDevice& device) {
        return status == "Any" || device.user_id.empty() == (status == "Unassigned");
      },
      [&](const MfaDevice& device) {
        Members out{{"SerialNumber", device.serial}};
        if (device.user_id.empty()) return out;
        out.add("EnableDate", *device.enabled);
        return out.add("User", user_of(call, device));
      });
}

}  // namespace

std::vector<Operation> mfa_operations() {
  const Member serial = req("SerialNumber", shape::SerialNumber);
  const Member user = req("UserName", shape::ExistingUserName);
  const Member first = req("AuthenticationCode1", shape::AuthenticationCode);
  const Member second = req("AuthenticationCode2", shape::AuthenticationCode);
  return {
      {.name = "CreateVirtualMFADevice",
       .input = {opt("Path", shape::Path), req("VirtualMFADeviceName", shape::MfaDeviceName),
                 opt("Tags", shape::Tags)},
       .access = on_new("mfa", "MFADevice", true,
                        [](const Call& call) { return call.in.text("VirtualMFADeviceName"); }),
       .run = create_virtual_mfa_device},
      {.name = "DeleteVirtualMFADevice",
       .input = {serial},
       .access = on_entity<MfaDevice>(),
       .run = delete_virtual_mfa_device},
      {.name = "EnableMFADevice",
       .input = {user, serial, first, second},
       .access = on_entity<User>(),
       .run = enable_mfa_device},
      {.name = "DeactivateMFADevice",
       .input = {opt("UserName", shape::ExistingUserName), serial},
       .access = on_user_or_caller(),
       .run = deactivate_mfa_device},
      {.name = "ResyncMFADevice",
       .input = {user, serial, first, second},
       .access = on_entity<User>(),
       .run = resync_mfa_device},
      {.name = "GetMFADevice",
       .input = {serial, opt("UserName", shape::UserName)},
       .access = on_user_or_caller(),
       .run = get_mfa_device},
      {.name = "ListMFADevices",
       .input = {opt("UserName", shape::ExistingUserName), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_user_or_caller(),
       .run = list_mfa_devices},
      {.name = "ListVirtualMFADevices",
       .input = {opt("AssignmentStatus", shape::AssignmentStatus), opt("Marker", shape::Marker),
                 opt("MaxItems", shape::MaxItems)},
       .access = on_everything(),
       .run = list_virtual_mfa_devices},
  };
}

}  // namespace latchkey::iam
