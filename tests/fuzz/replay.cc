// Every target over its corpus, and over changes of it that are the same in every run:
//   replay CORPUS-FOLDER [ROUNDS] [TARGET]
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include "target.h"

namespace latchkey::fuzz {
namespace {

using Targets = std::map<std::string, void (*)(std::string_view)>;

Targets& targets() {
  static Targets all;
  return all;
}

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return out;
}

// One to four changes: a byte, a cut, a repetition, a piece of another seed, a value that is often an edge.
std::string mutated(std::string text, const std::vector<std::string>& seeds, std::mt19937& random) {
  static const std::string kEdges[] = {"\"",
                                       "\\",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       ":",
                                       "*",
                                       "?",
                                       "${",
                                       "%",
                                       "\n",
                                       "\r\n",
                                       "-1",
                                       "null",
                                       "1e999",
                                       "18446744073709551616",
                                       "\\ud800",
                                       "\xFF",
                                       "\xE2\x82",
                                       std::string(1, '\0'),
                                       "/0",
                                       "T25",
                                       "arn:",
                                       "&a=",
                                       "::"};
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t i = 0, changes = 1 + below(4); i < changes; ++i) {
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, below(12));
        break;
      case 2:
        text.insert(at, kEdges[below(std::size(kEdges))]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(40)));
        break;
      case 4: {
        const std::string& other = seeds[below(seeds.size())];
        text.insert(at, other.substr(below(other.size() + 1), below(60)));
        break;
      }
      default:
        text.resize(at);
    }
  }
  return text;
}

bool run(const std::string& name, void (*target)(std::string_view), const std::string& input) {
  try {
    target(input);
    return true;
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << "\ninput, in hexadecimal:\n";
    for (const char c : input) {
      constexpr char kHex[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      std::cerr << kHex[byte >> 4] << kHex[byte & 15];
    }
    std::cerr << '\n';
    return false;
  }
}

bool replay(const std::string& name, void (*target)(std::string_view), const std::filesystem::path& folder,
            int rounds) {
  const std::vector<std::string> seeds = read_corpus(folder);
  if (seeds.empty()) {
    std::cerr << name << ": there are no seeds in " << folder << '\n';
    return false;
  }
  for (const std::string& seed : seeds) {
    if (!run(name, target, seed)) return false;
  }
  std::seed_seq sequence(name.begin(), name.end());
  std::mt19937 random(sequence);
  for (int i = 0; i < rounds; ++i) {
    if (!run(name, target, mutated(seeds[random() % seeds.size()], seeds, random))) return false;
  }
  std::cout << name << ": " << seeds.size() << " seeds, " << rounds << " changes\n";
  return true;
}

}  // namespace

Registration::Registration(const char* name, void (*run_target)(std::string_view)) {
  targets().emplace(name, run_target);
}

}  // namespace latchkey::fuzz

int main(int count, char** arguments) {
  using namespace latchkey::fuzz;
  if (count < 2) {
    std::cerr << "usage: replay CORPUS-FOLDER [ROUNDS] [TARGET]\n";
    return 2;
  }
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 500;
  bool good = true;
  for (const auto& [name, target] : targets()) {
    if (count > 3 && name != arguments[3]) continue;
    good = replay(name, target, std::filesystem::path(arguments[1]) / name, rounds) && good;
  }
  return good ? 0 : 1;
}
