using System.Buffers;
using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pioneer.Ksql.Sandbox;

// What a regular expression may be. Both servers match by backtracking (Java's Pattern, .NET's Regex), so time is bounded by form: no repeated
// group that repeats or chooses, no reference back, few quantifiers, and few in a row that can take each other's characters. What changes how the rest
// is read ((?x), \Q, classes inside classes) is refused, because this reader would read something else than the server.
internal sealed class RegexRules
{
    // ASCII and one that stands for all others.
    private const int Characters = 129;

    // A repeated group of more parts is taken to overlap with everything.
    private const int FewParts = 4;

    // From here on a bounded repetition costs like an unbounded one.
    private const int WideRange = 100;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private static readonly ImmutableArray<string> Samples = [.. Enumerable.Range(0, Characters - 1).Select(c => ((char)c).ToString()), "\u00e9"];

    private readonly string _pattern;
    private readonly SandboxLimits _limits;
    private readonly Dictionary<string, BitArray> _known;
    private readonly Stack<Group> _groups = new();
    private Group _group = new([]);
    private List<Run> _runs = []; // unbounded repetitions that can end right before the next character
    private int _at;
    private int _quantifiers;
    private int _unbounded;

    private RegexRules(string pattern, SandboxLimits limits, Dictionary<string, BitArray> known)
    {
        _known = known;
        _pattern = pattern;
        _limits = limits;
    }

    /// <summary>Why the pattern is refused, with the way out; null when it may run. <paramref name="known"/> keeps what is costly to find out of its parts.</summary>
    public static (string Reason, string Hint)? Refusal(string pattern, SandboxLimits limits, Dictionary<string, BitArray> known) =>
        new RegexRules(pattern, limits, known).Read();

    private (string Reason, string Hint)? Read()
    {
        while (_at < _pattern.Length)
        {
            var refusal = _pattern[_at] switch
            {
                '(' => OpenGroup(),
                ')' => CloseGroup(),
                '|' => NextBranch(),
                '^' or '$' => Skip(1),
                '\\' => Escape(),
                '[' => Class(),
                _ => Atom(_pattern.Substring(_at, 1)),
            };
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    private (string, string)? OpenGroup()
    {
        var head = GroupHead(_at);
        if (head is null)
        {
            return ($"'{Excerpt()}' is not allowed in a regular expression.", "Groups may be ( ), (?: ), (?<name> ), (?! ), (?<= ), (?<! ), and flags (?i), (?m), (?s).");
        }

        _at += head.Value;
        if (_pattern[_at - 1] == ')')
        {
            return null; // flags for the rest
        }

        _groups.Push(_group);
        _group = new Group([.. _runs]);
        return null;
    }

    // Characters before the content of a group; null for a group that is not let in.
    private int? GroupHead(int at)
    {
        if (at + 1 >= _pattern.Length || _pattern[at + 1] != '?')
        {
            return 1;
        }

        var rest = _pattern.AsSpan(at + 2);
        if (rest.StartsWith("<=") || rest.StartsWith("<!"))
        {
            return 4;
        }

        if (rest.StartsWith("!"))
        {
            return 3;
        }

        if (rest.StartsWith("<"))
        {
            var end = rest.IndexOf('>');
            return end > 1 && !rest[1..end].ContainsAnyExcept(NameCharacters) ? end + 3 : null;
        }

        var flags = rest.IndexOfAnyExcept("ims");
        return flags >= 0 && (rest[flags] == ':' || (flags > 0 && rest[flags] == ')')) ? flags + 3 : null;
    }

    private (string, string)? CloseGroup()
    {
        _at++;
        if (_groups.Count == 0)
        {
            return null; // the server says what is wrong with it
        }

        var closed = _group;
        _group = _groups.Pop();
        _group.Repeats |= closed.Repeats;
        _group.Parts.AddRange(closed.Parts);
        List<Run> ends = [.. closed.Ends, .. _runs];
        var quantifier = Quantifier();
        if (quantifier is null)
        {
            _runs = ends;
            return null;
        }

        if (closed.Repeats && quantifier.Value.Most > 1)
        {
            return (
                "The regular expression repeats a group that itself repeats or chooses: it could take for ever.",
                "Write it without a quantifier on a group that has quantifiers or | inside.");
        }

        _runs = closed.Entry;
        var refusal = Count(quantifier.Value, closed.Parts);
        _runs = [.. _runs, .. ends];
        return refusal;
    }

    private (string, string)? NextBranch()
    {
        _at++;
        _group.Repeats = true;
        _group.Ends.AddRange(_runs);
        _runs = [.. _group.Entry];
        return null;
    }

    private (string, string)? Skip(int length)
    {
        _at += length;
        return null;
    }

    private (string, string)? Escape()
    {
        var kind = _at + 1 < _pattern.Length ? _pattern[_at + 1] : '\0';
        return kind switch
        {
            'Q' or 'E' => ($"'\\{kind}' is not allowed in a regular expression.", "Write a backslash before each character that is meant literally."),
            'k' or (>= '1' and <= '9') => ("The regular expression refers back to a group: it could take for ever.", "Write what the group matches a second time."),
            'b' or 'B' or 'A' or 'z' or 'Z' or 'G' => Skip(2),
            _ => Atom(_pattern[_at..EndOfEscape()]),
        };
    }

    private int EndOfEscape()
    {
        var at = Math.Min(_at + 2, _pattern.Length);
        var kind = _pattern[at - 1];
        if (kind is 'p' or 'P' or 'x' or 'N' && at < _pattern.Length && _pattern[at] == '{' && _pattern.IndexOf('}', at) is > 0 and var end)
        {
            return end + 1;
        }

        var digits = kind switch { 'p' or 'P' or 'c' => 1, 'x' => 2, 'u' => 4, '0' => 3, _ => 0 };
        return Math.Min(at + digits, _pattern.Length);
    }

    private (string, string)? Class()
    {
        var first = _at + (_at + 1 < _pattern.Length && _pattern[_at + 1] == '^' ? 2 : 1);
        for (var i = first; i < _pattern.Length; i++)
        {
            switch (_pattern[i])
            {
                case '\\' when i + 1 < _pattern.Length && _pattern[i + 1] is 'Q' or 'E':
                case '[':
                case '&' when i + 1 < _pattern.Length && _pattern[i + 1] == '&':
                    return (
                        $"'{_pattern[i]}' is not allowed like this in a class of a regular expression.",
                        "Write a backslash before a [ or & that is meant literally; no class inside a class.");
                case '\\':
                    i++;
                    break;
                case ']' when i > first:
                    return Atom(_pattern[_at..(i + 1)]);
            }
        }

        return Skip(_pattern.Length); // not closed: the server says so
    }

    private (string, string)? Atom(string atom)
    {
        _at += atom.Length;
        _group.Parts.Add(atom);
        if (Quantifier() is { } quantifier)
        {
            return Count(quantifier, [atom]);
        }

        _runs = [];
        return null;
    }

    private (string, string)? Count((int Least, int Most) quantifier, List<string> parts)
    {
        _group.Repeats = true;
        _quantifiers++;
        if (quantifier.Least > _limits.RegexRepeats || (quantifier.Most != int.MaxValue && quantifier.Most > _limits.RegexRepeats))
        {
            return ($"A regular expression repeats a part at most {_limits.RegexRepeats} times.", "Repeat it less often, or without an upper bound.");
        }

        if (_quantifiers > _limits.RegexQuantifiers)
        {
            return ($"A regular expression has at most {_limits.RegexQuantifiers} quantifiers.", "Take the text apart in several steps.");
        }

        var before = quantifier.Least == 0 ? _runs : [];
        if (quantifier.Most - quantifier.Least < WideRange)
        {
            _runs = before;
            return null;
        }

        var taken = CharactersOf(parts);
        var run = new Run(taken, 1 + _runs.Where(r => Overlap(r.Taken, taken)).Select(r => r.Depth).DefaultIfEmpty().Max());
        _runs = [.. before, run];
        if (++_unbounded > _limits.RegexUnbounded || run.Depth > _limits.RegexRuns)
        {
            return (
                $"The regular expression has more than {_limits.RegexUnbounded} unbounded quantifiers, or more than {_limits.RegexRuns} in a row that can take the "
                + "same characters: it could take for ever.",
                "Put a character that must be there between them, or name the characters instead of a dot.");
        }

        return null;
    }

    // Of the quantifier that stands here; a lazy or possessive mark belongs to it.
    private (int Least, int Most)? Quantifier()
    {
        if (_at >= _pattern.Length)
        {
            return null;
        }

        (int, int)? found = _pattern[_at] switch
        {
            '*' => (0, int.MaxValue),
            '+' => (1, int.MaxValue),
            '?' => (0, 1),
            '{' => Braces(),
            _ => null,
        };
        if (found is not null)
        {
            _at = _pattern[_at] == '{' ? _pattern.IndexOf('}', _at) + 1 : _at + 1;
            _at += _at < _pattern.Length && _pattern[_at] is '?' or '+' ? 1 : 0;
        }

        return found;
    }

    private (int, int)? Braces()
    {
        var end = _pattern.IndexOf('}', _at);
        var bounds = end < 0 ? [] : _pattern[(_at + 1)..end].Split(',');
        if (bounds.Length is 0 or > 2 || !IsNumber(bounds[0]) || (bounds.Length == 2 && bounds[1].Length > 0 && !IsNumber(bounds[1])))
        {
            return null;
        }

        var least = Number(bounds[0]);
        return (least, bounds.Length == 1 ? least : bounds[1].Length == 0 ? int.MaxValue : Number(bounds[1]));
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    // More than nine digits are too many whatever they say.
    private static int Number(string text) => text.Length > 9 ? int.MaxValue - 1 : int.Parse(text, CultureInfo.InvariantCulture);

    // What cannot be told here overlaps with everything.
    private BitArray CharactersOf(List<string> parts)
    {
        try
        {
            return parts.Count > FewParts
                ? new BitArray(Characters, true)
                : parts.Aggregate(new BitArray(Characters), (taken, part) => taken.Or(CharactersOf(part)));
        }
        catch (ArgumentException)
        {
            return new BitArray(Characters, true);
        }
    }

    private BitArray CharactersOf(string part)
    {
        if (_known.TryGetValue(part, out var known))
        {
            return known;
        }

        var regex = new Regex($"^(?:{part})$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline);
        return _known[part] = new BitArray([.. Samples.Select(regex.IsMatch)]);
    }

    private static bool Overlap(BitArray left, BitArray right) => ((BitArray)left.Clone()).And(right).HasAnySet();

    private string Excerpt() => _pattern.Substring(_at, Math.Min(3, _pattern.Length - _at));

    private sealed record Run(BitArray Taken, int Depth);

    private sealed class Group(List<Run> entry)
    {
        public List<Run> Entry { get; } = entry;

        public List<Run> Ends { get; } = [];

        public List<string> Parts { get; } = [];

        public bool Repeats { get; set; }
    }
}
