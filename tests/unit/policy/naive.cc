#include "unit/policy/naive.h"

#include <cstdlib>
#include <set>
#include <string_view>

namespace naive {
namespace {

bool starts(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

Strings split(const std::string& text, std::size_t parts) {
  Strings out(1);
  for (const char c : text) {
    if (c == ':' && out.size() < parts) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

// A pattern is a list of pieces; a piece is a literal character or a wildcard.
struct Piece {
  char c = 0;
  bool star = false, one = false, crosses = true;
};
using Pieces = std::vector<Piece>;

bool match(const Pieces& p, std::size_t i, const std::string& t, std::size_t j) {
  if (i == p.size()) return j == t.size();
  if (p[i].star) {
    if (match(p, i + 1, t, j)) return true;
    return j < t.size() && (p[i].crosses || t[j] != ':') && match(p, i, t, j + 1);
  }
  if (j == t.size()) return false;
  if (p[i].one) return (p[i].crosses || t[j] != ':') && match(p, i + 1, t, j + 1);
  return p[i].c == t[j] && match(p, i + 1, t, j + 1);
}

enum class How { text, like, resource };

// Who asks, taken apart from the ARN.
struct Caller {
  std::string kind, account, arn, name, role_name;
  explicit Caller(const std::string& text) : arn(text) {
    if (text == "anonymous") {
      kind = "anonymous";
      return;
    }
    if (!starts(text, "arn:")) {
      kind = "service";
      return;
    }
    const Strings parts = split(text, 6);
    account = parts[4];
    const std::string& what = parts[5];
    name = what.substr(what.rfind('/') + 1);
    kind = what == "root" ? "root" : starts(what, "user/") ? "user" : starts(what, "role/") ? "role" : "";
    if (starts(what, "federated-user/")) kind = "federated";
    if (starts(what, "assumed-role/")) {
      kind = "session";
      role_name = what.substr(13, what.find('/', 13) - 13);
    }
  }
};

class Evaluator {
 public:
  explicit Evaluator(const Case& c) : c_(c), who_(c.principal) {
    owner_ = c.resource_account;
    const Strings parts = split(c.resource, 6);
    if (owner_.empty() && parts.size() == 6) owner_ = parts[4];
    if (owner_.empty()) owner_ = who_.account;
  }

  std::string decide() {
    if (lower(c_.action) == "sts:getcalleridentity" && who_.kind != "anonymous") return "allowed";
    const bool person =
        who_.kind == "user" || who_.kind == "role" || who_.kind == "session" || who_.kind == "federated";
    bool scp_ok = true, rcp_ok = true;
    if (c_.scp && (person || who_.kind == "root")) scp_ok = levels(*c_.scp);
    if (c_.rcp && (starts(c_.action, "s3:") || starts(c_.action, "kms:") || starts(c_.action, "sts:")) &&
        c_.action != "kms:RetireGrant") {
      rcp_ok = levels(*c_.rcp);
    }
    std::set<std::string> named;
    if (c_.resource_policy) named = allows(*c_.resource_policy, true);
    bool identity = false, boundary = true, session = true;
    if (person) {
      if (c_.identity) identity = any(*c_.identity);
      if (c_.boundary) boundary = !allows(*c_.boundary, false).empty();
      if (c_.session) session = any(*c_.session);
    }
    if (who_.kind == "root" && c_.session) session = any(*c_.session);
    if (denied_) return "explicitDeny";
    if (!scp_ok || !rcp_ok) return "implicitDeny";
    if (who_.kind == "root" && !session) return "implicitDeny";
    return granted(person, named, identity, boundary, session) ? "allowed" : "implicitDeny";
  }

 private:
  bool granted(bool person, const std::set<std::string>& named, bool identity, bool boundary,
               bool session) const {
    const bool key =
        c_.resource.find(":key/") != std::string::npos && c_.resource.find(":kms:") != std::string::npos;
    const bool trust = starts(c_.action, "sts:") && c_.resource.find(":role/") != std::string::npos;
    if (!person && who_.kind != "root") return !named.empty();
    if (who_.account != owner_) {
      static const std::set<std::string> kAcross = {"kms:Decrypt", "kms:RetireGrant"};
      if (named.empty() || (key && !kAcross.count(c_.action))) return false;
      return who_.kind == "root" || (identity && boundary && session);
    }
    if (who_.kind == "root") return (!key && !trust) || !named.empty();
    if (named.count("session") || named.count("everyone")) return true;
    if (named.count("user") && session) return true;
    if (named.count("role") && boundary && session) return true;
    const bool may_use_iam = (!key && !trust) || named.count("account");
    return may_use_iam && identity && boundary && session;
  }

  bool levels(const std::vector<std::vector<Document>>& all) {
    bool ok = !all.empty();
    for (const std::vector<Document>& level : all) {
      if (!any(level)) ok = false;
    }
    return ok;
  }

  bool any(const std::vector<Document>& documents) {
    bool ok = false;
    for (const Document& document : documents) {
      if (!allows(document, false).empty()) ok = true;
    }
    return ok;
  }

  // How the Allow statements that apply name the caller; a Deny is remembered.
  std::set<std::string> allows(const Document& document, bool of_resource) {
    std::set<std::string> out;
    for (const Statement& s : document.statements) {
      const bool trust = of_resource && c_.resource.find(":iam:") != std::string::npos;
      if (s.action_element.empty() || (s.resource_element.empty() && !trust)) continue;
      if (of_resource && s.principal_element.empty()) continue;
      std::string how = "everyone";
      if (!s.principal_element.empty()) how = names(s);
      if (how.empty() || !action(s) || !resource(s, document.new_version)) continue;
      bool met = true;
      for (const Condition& condition : s.conditions) met = met && holds(condition, document.new_version);
      if (!met) continue;
      if (s.deny) denied_ = true;
      if (!s.deny) out.insert(how);
    }
    return out;
  }

  // "" for not at all. In the order of strength, so that the strongest is answered.
  std::string names(const Statement& s) const {
    std::set<std::string> ways;
    for (const std::string& p : s.principals) {
      if (p == "*") ways.insert("everyone");
      if (who_.kind == "service" && p == "Service:" + who_.arn) ways.insert("everyone");
      if (!who_.account.empty() && (p == who_.account || p == "arn:aws:iam::" + who_.account + ":root")) {
        ways.insert(who_.kind == "root" ? "everyone" : "account");
      }
      if (p == who_.arn && who_.kind == "user") ways.insert("user");
      if (p == who_.arn && who_.kind == "role") ways.insert("role");
      if (p == who_.arn && (who_.kind == "session" || who_.kind == "federated")) ways.insert("session");
      if (who_.kind == "session" && starts(p, "arn:aws:iam::" + who_.account + ":role/") &&
          p.substr(p.rfind('/') + 1) == who_.role_name) {
        ways.insert("role");
      }
    }
    if (s.principal_element == "NotPrincipal") {
      if (!s.deny) return ways.empty() ? "everyone" : "";
      const bool person = !who_.account.empty() && who_.kind != "root";
      if (person && c_.boundary) return "everyone";
      ways.erase("account");
      return ways.empty() ? "everyone" : "";
    }
    for (const char* way : {"everyone", "session", "user", "role", "account"}) {
      if (ways.count(way)) return way;
    }
    return "";
  }

  bool action(const Statement& s) const {
    bool listed = false;
    for (const std::string& a : s.actions) {
      if (match(pieces(lower(a), How::like, false, nullptr), 0, lower(c_.action), 0)) listed = true;
    }
    return listed == (s.action_element == "Action");
  }

  bool resource(const Statement& s, bool variables) const {
    if (s.resource_element.empty()) return true;
    bool listed = false;
    for (const std::string& r : s.resources) {
      bool possible = true;
      const Pieces p = pieces(r, How::resource, variables, &possible);
      if (possible && match(p, 0, c_.resource, 0)) listed = true;
    }
    return listed == (s.resource_element == "Resource");
  }

  std::optional<Strings> find(const std::string& key) const {
    const std::string folded = lower(key);
    const auto found = c_.context.find(folded);
    if (found != c_.context.end()) return found->second;
    const std::string_view name = folded;
    std::string derived;
    if (name == "aws:username" && who_.kind == "user") derived = who_.name;
    if (name == "aws:principalaccount") derived = who_.kind == "anonymous" ? "anonymous" : who_.account;
    if (name == "aws:principalarn" && !who_.account.empty()) {
      derived =
          who_.kind == "session" ? "arn:aws:iam::" + who_.account + ":role/" + who_.role_name : who_.arn;
    }
    if (derived.empty()) return std::nullopt;
    return Strings{derived};
  }

  // The text with its variables replaced by literal pieces; *possible turns false if one has no value.
  Pieces pieces(const std::string& text, How how, bool variables, bool* possible) const {
    Pieces out;
    int colons = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t end = text.find('}', i);
      if (variables && text.compare(i, 2, "${") == 0 && end != std::string::npos) {
        std::string name = text.substr(i + 2, end - i - 2);
        std::optional<std::string> value;
        const std::size_t comma = name.find(", '");
        if (comma != std::string::npos) {
          value = name.substr(comma + 3, name.size() - comma - 4);
          name.resize(comma);
        }
        if (name == "*" || name == "?" || name == "$") value = name;
        if (const std::optional<Strings> values = find(name); values && values->size() == 1)
          value = values->front();
        if (!value || (how == How::resource && colons < 5 && value->find(':') != std::string::npos)) {
          *possible = false;
        } else {
          for (const char c : *value) out.push_back({c, false, false, true});
        }
        i = end;
        continue;
      }
      if (text[i] == ':') ++colons;
      Piece piece;
      piece.c = text[i];
      if (how != How::text && text[i] == '*') piece.star = true;
      if (how != How::text && text[i] == '?') piece.one = true;
      const bool last = i + 1 == text.size() || text[i + 1] == ':';
      if (how == How::resource && starts(text, "arn:") && colons < 5) piece.crosses = piece.star && last;
      out.push_back(piece);
    }
    return out;
  }

  bool compare(const std::string& op, const std::string& wanted, const std::string& seen,
               bool variables) const {
    bool possible = true;
    if (op == "String" || op == "StringLike") {
      const Pieces p = pieces(wanted, op == "String" ? How::text : How::like, variables, &possible);
      return possible && match(p, 0, seen, 0);
    }
    if (op == "StringIgnoreCase") {
      Pieces p = pieces(wanted, How::text, variables, &possible);
      for (Piece& piece : p) piece.c = static_cast<char>(std::tolower(static_cast<unsigned char>(piece.c)));
      return possible && match(p, 0, lower(seen), 0);
    }
    if (op == "Arn") {
      const Strings a = split(wanted, 6), b = split(seen, 6);
      if (a.size() != 6 || b.size() != 6) return false;
      for (std::size_t i = 0; i < 6; ++i) {
        if (!match(pieces(a[i], How::like, variables, &possible), 0, b[i], 0)) return false;
      }
      return possible;
    }
    if (op == "Bool")
      return lower(wanted) == lower(seen) && (lower(seen) == "true" || lower(seen) == "false");
    char *end_a = nullptr, *end_b = nullptr;
    const double a = std::strtod(wanted.c_str(), &end_a), b = std::strtod(seen.c_str(), &end_b);
    if (wanted.empty() || seen.empty() || *end_a || *end_b) return false;
    if (op == "NumericLess") return b < a;
    if (op == "NumericGreaterEquals") return b >= a;
    return b == a;
  }

  bool holds(const Condition& condition, bool variables) const {
    const std::optional<Strings> values = find(condition.key);
    const bool exists = values && !values->empty();
    if (condition.op == "Null") {
      for (const std::string& v : condition.values) {
        if (v == (exists ? "false" : "true")) return true;
      }
      return false;
    }
    static const std::map<std::string, std::pair<std::string, bool>> kOperators = {
        {"StringEquals", {"String", false}},
        {"StringNotEquals", {"String", true}},
        {"StringEqualsIgnoreCase", {"StringIgnoreCase", false}},
        {"StringNotEqualsIgnoreCase", {"StringIgnoreCase", true}},
        {"StringLike", {"StringLike", false}},
        {"StringNotLike", {"StringLike", true}},
        {"ArnEquals", {"Arn", false}},
        {"ArnNotLike", {"Arn", true}},
        {"Bool", {"Bool", false}},
        {"NumericEquals", {"Numeric", false}},
        {"NumericNotEquals", {"Numeric", true}},
        {"NumericLessThan", {"NumericLess", false}},
        {"NumericGreaterThanEquals", {"NumericGreaterEquals", false}},
    };
    const auto& [op, negated] = kOperators.at(condition.op);
    const auto listed = [&, op = op](const std::string& seen) {
      for (const std::string& wanted : condition.values) {
        if (compare(op, wanted, seen, variables)) return true;
      }
      return false;
    };
    if (condition.set == "ForAllValues") {
      bool all_empty = true, all = true;
      for (const std::string& seen : values ? *values : Strings()) {
        if (!seen.empty()) all_empty = false;
        if (listed(seen) == negated) all = false;
      }
      return all_empty || all;
    }
    if (!exists) return condition.if_exists || (condition.set.empty() && negated);
    bool any = false;
    for (const std::string& seen : *values) {
      if (listed(seen) != (condition.set.empty() ? false : negated)) any = true;
    }
    return condition.set.empty() ? any != negated : any;
  }

  const Case& c_;
  Caller who_;
  std::string owner_;
  bool denied_ = false;
};

}  // namespace

std::string decide(const Case& c) { return Evaluator(c).decide(); }

}  // namespace naive
