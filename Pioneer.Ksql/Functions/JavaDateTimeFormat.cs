using System.Globalization;
using System.Text;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// Patterns of Java's DateTimeFormatter, for the letters that people use: years, months, days, day of the week, hours, minutes,
/// seconds, fractions, AM/PM, zones and offsets, quoted text, optional sections. English names; parsing ignores case; fields
/// that the pattern does not have are taken from 1970-01-01T00:00.
/// </summary>
internal sealed class JavaDateTimeFormat
{
    private const int MaxPatternLength = 256;
    private static readonly DateTimeFormatInfo English = CultureInfo.InvariantCulture.DateTimeFormat;
    private readonly List<Part> _parts;

    private JavaDateTimeFormat(List<Part> parts) => _parts = parts;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="ArgumentException">The pattern has a letter that is not known, or an open quote.</exception>
    public static JavaDateTimeFormat Compile(string pattern)
    {
        if (pattern.Length > MaxPatternLength)
        {
            throw new ArgumentException($"A date pattern can have at most {MaxPatternLength} characters");
        }

        var parts = new List<Part>();
        for (var at = 0; at < pattern.Length;)
        {
            var c = pattern[at];
            if (c == '\'')
            {
                at = ReadQuoted(pattern, at, parts);
            }
            else if (char.IsAsciiLetter(c))
            {
                var end = at;
                while (end < pattern.Length && pattern[end] == c)
                {
                    end++;
                }

                parts.Add(new Part(Known(c), end - at, string.Empty));
                at = end;
            }
            else
            {
                parts.Add(new Part(c is '[' or ']' ? c : '\'', 1, c.ToString()));
                at++;
            }
        }

        return new JavaDateTimeFormat(parts);
    }

    /// <summary>Why a pattern can't be compiled; null when it can.</summary>
    public static string? Problem(string pattern)
    {
        try
        {
            Compile(pattern);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>Writes a local time with its zone.</summary>
    public string Format(DateTimeOffset time, TimeZoneInfo zone)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            text.Append(FormatPart(part, time, zone));
        }

        return text.ToString();
    }

    /// <summary>Reads a text that the pattern covers completely.</summary>
    /// <exception cref="FormatException">The text does not follow the pattern.</exception>
    public Parsed Parse(string text)
    {
        var fields = new Parsed();
        var at = 0;
        for (var i = 0; i < _parts.Count; i++)
        {
            if (_parts[i].Letter == '[')
            {
                var end = _parts.FindIndex(i, p => p.Letter == ']');
                end = end < 0 ? _parts.Count : end;
                if (!Covers(_parts[(i + 1)..end], text, at))
                {
                    i = end;
                }
            }
            else if (_parts[i].Letter != ']' && !ReadPart(_parts[i], FollowedByDigits(i), text, ref at, fields))
            {
                throw new FormatException($"Text '{text}' could not be parsed at index {at}");
            }
        }

        return at == text.Length ? fields : throw new FormatException($"Text '{text}' could not be parsed, unparsed text found at index {at}");
    }

    private static bool Covers(List<Part> parts, string text, int at)
    {
        var scratch = new Parsed();
        return parts.TrueForAll(p => ReadPart(p, adjacent: false, text, ref at, scratch));
    }

    private static int ReadQuoted(string pattern, int at, List<Part> parts)
    {
        var text = new StringBuilder();
        for (at++; at < pattern.Length; at++)
        {
            if (pattern[at] != '\'')
            {
                text.Append(pattern[at]);
            }
            else if (at + 1 < pattern.Length && pattern[at + 1] == '\'')
            {
                text.Append('\'');
                at++;
            }
            else
            {
                parts.Add(new Part('\'', 1, text.Length == 0 ? "'" : text.ToString()));
                return at + 1;
            }
        }

        throw new ArgumentException("Pattern ends with an incomplete string literal: " + pattern);
    }

    private static char Known(char letter) => "yuMLdDEeaHhKkmsSnAXxZzVO".Contains(letter, StringComparison.Ordinal)
        ? letter
        : throw new ArgumentException($"Unknown pattern letter: {letter}");

    private bool FollowedByDigits(int index) => index + 1 < _parts.Count && "yuMLdDHhKkmsS".Contains(_parts[index + 1].Letter, StringComparison.Ordinal)
        && !(_parts[index + 1].Letter is 'M' or 'L' && _parts[index + 1].Count > 2);

    private static string FormatPart(Part part, DateTimeOffset time, TimeZoneInfo zone) => part.Letter switch
    {
        '\'' => part.Text,
        '[' or ']' => string.Empty,
        'y' or 'u' => part.Count == 2 ? Number(time.Year % 100, 2) : Number(time.Year, part.Count),
        'M' or 'L' => part.Count switch { 3 => English.AbbreviatedMonthNames[time.Month - 1], 4 => English.MonthNames[time.Month - 1], _ => Number(time.Month, part.Count) },
        'd' => Number(time.Day, part.Count),
        'D' => Number(time.DayOfYear, part.Count),
        'E' => part.Count == 4 ? English.GetDayName(time.DayOfWeek) : English.GetAbbreviatedDayName(time.DayOfWeek),
        'e' => Number((int)time.DayOfWeek + 1, part.Count),
        'a' => time.Hour < 12 ? "AM" : "PM",
        'H' => Number(time.Hour, part.Count),
        'k' => Number(time.Hour == 0 ? 24 : time.Hour, part.Count),
        'h' => Number(time.Hour % 12 == 0 ? 12 : time.Hour % 12, part.Count),
        'K' => Number(time.Hour % 12, part.Count),
        'm' => Number(time.Minute, part.Count),
        's' => Number(time.Second, part.Count),
        'S' => (time.Ticks % TimeSpan.TicksPerSecond).ToString("D7", CultureInfo.InvariantCulture).PadRight(9, '0')[..Math.Min(part.Count, 9)],
        'n' => Number((int)(time.Ticks % TimeSpan.TicksPerSecond) * 100, part.Count),
        'A' => Number((int)time.TimeOfDay.TotalMilliseconds, part.Count),
        'z' => ZoneNames.Of(time, zone, part.Count == 4),
        'V' => zone.Id,
        _ => Offset(part, time.Offset),
    };

    private static string Number(int value, int width) => value.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');

    private static string Offset(Part part, TimeSpan offset)
    {
        if (offset == TimeSpan.Zero && part.Letter == 'X')
        {
            return "Z";
        }

        var sign = offset < TimeSpan.Zero ? "-" : "+";
        var (hours, minutes) = (Math.Abs(offset.Hours), Math.Abs(offset.Minutes));
        return part.Letter switch
        {
            'O' => offset == TimeSpan.Zero ? "GMT" : part.Count == 4 ? $"GMT{sign}{hours:00}:{minutes:00}" : $"GMT{sign}{hours}" + (minutes > 0 ? $":{minutes:00}" : string.Empty),
            'Z' => part.Count == 4 ? $"GMT{sign}{hours:00}:{minutes:00}" : part.Count == 5 ? $"{sign}{hours:00}:{minutes:00}" : $"{sign}{hours:00}{minutes:00}",
            _ => part.Count == 1 ? $"{sign}{hours:00}" + (minutes > 0 ? $"{minutes:00}" : string.Empty)
                : part.Count % 2 == 0 ? $"{sign}{hours:00}{minutes:00}" : $"{sign}{hours:00}:{minutes:00}",
        };
    }

    private static bool ReadPart(Part part, bool adjacent, string text, ref int at, Parsed fields)
    {
        switch (part.Letter)
        {
            case '\'':
                return ReadLiteral(part.Text, text, ref at);
            case 'M' or 'L' when part.Count >= 3:
                return ReadName(part.Count == 3 ? English.AbbreviatedMonthNames : English.MonthNames, text, ref at, i => fields.Month = i + 1);
            case 'E':
                return ReadName(part.Count == 4 ? English.DayNames : English.AbbreviatedDayNames, text, ref at, _ => { });
            case 'a':
                return ReadName(["AM", "PM"], text, ref at, i => fields.Afternoon = i == 1);
            case 'X' or 'x' or 'Z' or 'O':
                return ReadOffset(text, ref at, fields);
            case 'z' or 'V':
                return ReadZone(text, ref at, fields);
            case 'S':
                return ReadFraction(part.Count, text, ref at, fields);
            default:
                return ReadNumber(part, adjacent, text, ref at, out var value) && fields.Set(part.Letter, part.Count, value);
        }
    }

    private static bool ReadLiteral(string literal, string text, ref int at)
    {
        if (string.Compare(text, at, literal, 0, literal.Length, StringComparison.OrdinalIgnoreCase) != 0)
        {
            return false;
        }

        at += literal.Length;
        return true;
    }

    private static bool ReadName(string[] names, string text, ref int at, Action<int> found)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && ReadLiteral(names[i], text, ref at))
            {
                found(i);
                return true;
            }
        }

        return false;
    }

    private static bool ReadNumber(Part part, bool adjacent, string text, ref int at, out int value)
    {
        var start = at;
        var most = adjacent || part.Count == 2 ? part.Count : part.Letter is 'y' or 'u' ? 9 : part.Count == 1 ? 2 : part.Count;
        while (at < text.Length && at - start < most && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && (part.Count == 1 || at - start >= part.Count);
    }

    private static bool ReadFraction(int count, string text, ref int at, Parsed fields)
    {
        if (at + count > text.Length || !int.TryParse(text.AsSpan(at, Math.Min(count, 9)), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        fields.Ticks = long.Parse(text.Substring(at, count).PadRight(7, '0')[..7], CultureInfo.InvariantCulture);
        at += count;
        return true;
    }

    private static bool ReadOffset(string text, ref int at, Parsed fields)
    {
        if (at < text.Length && text[at] is 'Z' or 'z')
        {
            at++;
            fields.Zone = TimeZoneInfo.Utc;
            return true;
        }

        ReadLiteral("GMT", text, ref at);
        var end = at + 1;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == ':') && end - at < 6)
        {
            end++;
        }

        if (end > text.Length || !TimeZones.TryParseOffset(text.AsSpan(at, end - at), out var offset))
        {
            return false;
        }

        fields.Zone = TimeZoneInfo.CreateCustomTimeZone("offset", offset, null, null);
        at = end;
        return true;
    }

    private static bool ReadZone(string text, ref int at, Parsed fields)
    {
        var end = at;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '/' or '_' or '+' or '-' or ':'))
        {
            end++;
        }

        if (end == at)
        {
            return false;
        }

        fields.Zone = ZoneNames.Find(text[at..end]);
        at = end;
        return fields.Zone is not null;
    }

    /// <summary>A letter with its count, or text: letter ' with the text itself.</summary>
    private sealed record Part(char Letter, int Count, string Text);

    /// <summary>The fields that a text had.</summary>
    internal sealed class Parsed
    {
        private int _year = 1970;
        private int _day = 1;
        private int? _dayOfYear;
        private int _hour;
        private int? _hour12;
        private int _minute;
        private int _second;

        public int Month { get; set; } = 1;

        public bool? Afternoon { get; set; }

        public long Ticks { get; set; }

        /// <summary>The zone or offset in the text, if any.</summary>
        public TimeZoneInfo? Zone { get; set; }

        /// <summary>The local time.</summary>
        /// <exception cref="FormatException">A field is out of its range.</exception>
        public DateTime Local()
        {
            try
            {
                var hour = _hour12 is { } h ? (h % 12) + (Afternoon == true ? 12 : 0) : _hour;
                var date = _dayOfYear is { } n ? new DateTime(_year, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddDays(n - 1) : new DateTime(_year, Month, _day, 0, 0, 0, DateTimeKind.Unspecified);
                return date.Date + new TimeSpan(hour, _minute, _second) + TimeSpan.FromTicks(Ticks);
            }
            catch (ArgumentOutOfRangeException e)
            {
                throw new FormatException(e.Message, e);
            }
        }

        /// <summary>Takes a numeric field; false when out of range.</summary>
        public bool Set(char letter, int count, int value)
        {
            switch (letter)
            {
                case 'y' or 'u':
                    _year = count == 2 ? 2000 + value : value;
                    return value is > 0 and < 10_000;
                case 'M' or 'L':
                    Month = value;
                    return value is >= 1 and <= 12;
                case 'd':
                    _day = value;
                    return value is >= 1 and <= 31;
                case 'D':
                    _dayOfYear = value;
                    return value is >= 1 and <= 366;
                case 'H' or 'k':
                    _hour = letter == 'k' ? value % 24 : value;
                    return value <= (letter == 'k' ? 24 : 23);
                case 'h' or 'K':
                    _hour12 = value;
                    return value <= 12;
                case 'm':
                    _minute = value;
                    return value < 60;
                case 's':
                    _second = value;
                    return value < 60;
                case 'n':
                    Ticks = value / 100;
                    return true;
                case 'A':
                    (_hour, _minute, _second, Ticks) = (value / 3_600_000, value / 60_000 % 60, value / 1000 % 60, value % 1000 * 10_000L);
                    return value < 86_400_000;
                default:
                    return letter == 'e';
            }
        }
    }
}
