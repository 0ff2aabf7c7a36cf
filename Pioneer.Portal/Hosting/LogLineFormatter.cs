using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// One event, one line: whatever a request, a name or a failure brings along, control characters are written as escapes, and the lines of an exception
/// are set in, so that no text from outside can look like an event of its own.
/// </summary>
internal sealed class LogLineFormatter : ITextFormatter
{
    private const string SetIn = "    ";

    private static readonly JsonValueFormatter Values = new(typeTagName: null);

    private readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.ToString("O", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(Level(logEvent.Level));
        output.Write(' ');
        if (logEvent.Properties.TryGetValue(Serilog.Core.Constants.SourceContextPropertyName, out var source) && source is ScalarValue { Value: string name })
        {
            output.Write(name);
            output.Write(' ');
        }

        var message = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, message);
        output.Write(Escape(message.ToString()));
        output.Write(' ');
        WriteProperties(logEvent, output);
        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                output.Write(SetIn);
                output.Write(Escape(line.TrimEnd('\r')));
                output.Write('\n');
            }
        }
    }

    /// <summary>The text with every control character, and what ends a line in Unicode, as an escape.</summary>
    internal static string Escape(string text) => text.Any(IsControl)
        ? string.Concat(text.Select(c => IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))
        : text;

    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    private static void WriteProperties(LogEvent logEvent, TextWriter output)
    {
        output.Write('{');
        var separator = "";
        if (logEvent.TraceId is { } trace)
        {
            // what answers and the fault page give people to find the cause by
            output.Write($"\"TraceId\":\"{trace}\"");
            separator = ",";
        }

        foreach (var (name, value) in logEvent.Properties.Where(property => property.Key != Serilog.Core.Constants.SourceContextPropertyName))
        {
            output.Write(separator);
            JsonValueFormatter.WriteQuotedJsonString(name, output);
            output.Write(':');
            Values.Format(value, output);
            separator = ",";
        }

        output.Write('}');
    }

    private static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };
}
