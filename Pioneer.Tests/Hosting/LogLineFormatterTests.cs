using CsCheck;
using Pioneer.Portal.Hosting;
using Serilog.Events;
using Serilog.Parsing;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>An event of the log is one line that nothing from outside can make two.</summary>
public sealed class LogLineFormatterTests
{
    [Fact]
    public void Whatever_text_comes_in_an_event_is_one_line_and_its_exception_is_set_in() => Gen.Select(Gen.String, Gen.String).Sample((text, failure) =>
    {
        var written = Write("asked {Path}", text, new InvalidOperationException(failure));

        var lines = written.Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.StartsWith("2026-", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..^1], line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.DoesNotContain(written.Replace("\n", "", StringComparison.Ordinal), c => char.IsControl(c) || c is '\u2028' or '\u2029');
    });

    [Fact]
    public void Line_break_in_a_path_is_seen_as_what_it_is() =>
        Assert.Contains(@"asked /x\u000d\u000aFORGED INF hello", Write("asked {Path}", "/x\r\nFORGED INF hello", null), StringComparison.Ordinal);

    private static string Write(string template, string value, Exception? exception)
    {
        var output = new StringWriter();
        new LogLineFormatter().Format(new LogEvent(
            new DateTimeOffset(2026, 11, 28, 9, 0, 0, TimeSpan.Zero), LogEventLevel.Information, exception, new MessageTemplateParser().Parse(template),
            [new LogEventProperty("Path", new ScalarValue(value))]), output);
        return output.ToString();
    }
}
