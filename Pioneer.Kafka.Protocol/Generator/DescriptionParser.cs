using System;
using System.Collections.Generic;
using System.Globalization;

namespace Pioneer.Kafka.Protocol.Generator;

/// <summary>Reads one .messages file. The format is described in Broker/Protocol/Messages/README.md.</summary>
internal static class DescriptionParser
{
    private const int IndentWidth = 2;

    /// <summary>Parses a description; throws <see cref="FormatException"/> naming the line when it is malformed.</summary>
    public static ApiModel Parse(string text)
    {
        var api = new ApiModel();
        var open = new Stack<(int Indent, StructModel Structure)>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.Length == 0 || line.StartsWith("#", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                ParseLine(api, open, line);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
            {
                throw new FormatException($"line {number}: {e.Message}: '{line.Trim()}'");
            }
        }

        return api;
    }

    private static void ParseLine(ApiModel api, Stack<(int Indent, StructModel Structure)> open, string line)
    {
        if (line.StartsWith("api ", StringComparison.Ordinal))
        {
            ParseHeader(api, line.Split(' '));
        }
        else if (line is "request" or "response")
        {
            var message = line == "request" ? api.Request : api.Response;
            message.Name = api.Name + (line == "request" ? "Request" : "Response");
            message.Versions = api.Versions;
            open.Clear();
            open.Push((0, message));
        }
        else
        {
            var indent = (line.Length - line.TrimStart().Length) / IndentWidth;
            while (open.Peek().Indent >= indent)
            {
                open.Pop();
            }

            var parent = open.Peek().Structure;
            var field = ParseField(line.Trim().Split(' '), parent.Versions);
            parent.Fields.Add(field);
            field.Structure = new StructModel { Name = field.Type, Versions = field.Versions };
            open.Push((indent, field.Structure));
        }
    }

    private static void ParseHeader(ApiModel api, string[] words)
    {
        api.Key = Number(words[1]);
        api.Name = words[2];
        api.Versions = VersionRange.Parse(words[3], default);
        api.AdvertisedFrom = api.Versions.First;
        for (var i = 4; i < words.Length; i++)
        {
            var (name, value) = Setting(words[i]);
            switch (name)
            {
                case "flexible":
                    api.FlexibleFrom = Number(value);
                    break;
                case "advertised-from":
                    api.AdvertisedFrom = Number(value);
                    break;
                default:
                    throw new FormatException($"unknown setting {name}");
            }
        }
    }

    private static FieldModel ParseField(string[] words, VersionRange outer)
    {
        var field = new FieldModel { Name = words[0], Versions = outer };
        var type = words[1];
        if (type.StartsWith("[]", StringComparison.Ordinal))
        {
            field.IsArray = true;
            type = type.Substring(2);
        }

        var mark = type.IndexOf('?');
        field.Type = mark < 0 ? type : type.Substring(0, mark);
        foreach (var word in Rest(words))
        {
            if (char.IsDigit(word[0]))
            {
                field.Versions = VersionRange.Parse(word, outer);
            }
            else if (word == "ignorable")
            {
                field.Ignorable = true;
            }
            else
            {
                var (name, value) = Setting(word);
                switch (name)
                {
                    case "tag":
                        field.Tag = Number(value);
                        break;
                    case "default":
                        field.Default = value;
                        break;
                    default:
                        throw new FormatException($"unknown word {word}");
                }
            }
        }

        if (mark >= 0)
        {
            field.Nullable = mark == type.Length - 1 ? field.Versions : VersionRange.Parse(type.Substring(mark + 1), outer);
        }

        return field;
    }

    private static IEnumerable<string> Rest(string[] words)
    {
        for (var i = 2; i < words.Length; i++)
        {
            yield return words[i];
        }
    }

    private static (string Name, string Value) Setting(string word)
    {
        var equals = word.IndexOf('=');
        return equals < 0
            ? throw new FormatException($"unknown word {word}")
            : (word.Substring(0, equals), word.Substring(equals + 1));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
