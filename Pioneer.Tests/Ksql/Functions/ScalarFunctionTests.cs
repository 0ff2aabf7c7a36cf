using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;
using Xunit;
using static Pioneer.Tests.Ksql.Functions.FunctionCalls;

namespace Pioneer.Tests.Ksql.Functions;

public sealed class ScalarFunctionTests
{
    [Theory]
    [InlineData("other", "SUBSTRING", "another", 3, 99)]
    [InlineData("str", "SUBSTRING", "some_string", 6, 3)]
    [InlineData("ing", "SUBSTRING", "some_string", -3)]
    [InlineData("", "SUBSTRING", "short", 6, 3)]
    [InlineData(null, "SUBSTRING", "short", null)]
    [InlineData("Hello Big World", "INITCAP", "hELLO big wORLD")]
    [InlineData("xx-abc", "LPAD", "abc", 6, "xx-")]
    [InlineData("ab", "RPAD", "abc", 2, "x")]
    [InlineData(null, "LPAD", "abc", 4, "")]
    [InlineData("fooSEPbaz", "CONCAT_WS", "SEP", "foo", null, "baz")]
    [InlineData(null, "CONCAT_WS", null, "foo")]
    [InlineData("foobaz", "CONCAT", "foo", null, "baz")]
    [InlineData("b", "ELT", 2, "a", "b")]
    [InlineData(null, "ELT", 3, "a", "b")]
    [InlineData(2, "FIELD", "b", "a", "b")]
    [InlineData(0, "FIELD", null, "a", "b")]
    [InlineData(5, "INSTR", "CORPORATE", "O", 3)]
    [InlineData(2, "INSTR", "CORPORATE FLOOR", "O", -3, 3)]
    [InlineData(0, "INSTR", "abc", "z")]
    [InlineData("Xx-nnn", "MASK", "Ab_123")]
    [InlineData("Xxx123", "MASK_LEFT", "Abc123", 3)]
    [InlineData("Abcnnn", "MASK_KEEP_LEFT", "Abc123", 3)]
    [InlineData("900150983cd24fb0d6963f7d28e17f72", "MD5", "abc")]
    [InlineData("K", "CHR", 75)]
    [InlineData("K", "CHR", "\\u004b")]
    [InlineData("zhang", "REGEXP_EXTRACT", "(.*) (.*)", "steven zhang", 2)]
    [InlineData("a$b", "REPLACE", "a.b", ".", "$")]
    [InlineData("aXb", "REGEXP_REPLACE", "a123b", "[0-9]+", "X")]
    [InlineData("616263", "ENCODE", "abc", "utf8", "hex")]
    [InlineData("a+b%26c", "URL_ENCODE_PARAM", "a b&c")]
    [InlineData("confluent.io", "URL_EXTRACT_HOST", "https://user@confluent.io:8080/path?x=1#f")]
    [InlineData(8080, "URL_EXTRACT_PORT", "https://user@confluent.io:8080/path?x=1#f")]
    [InlineData("1", "URL_EXTRACT_PARAMETER", "https://confluent.io/path?x=1&y=2", "x")]
    [InlineData("2", "EXTRACTJSONFIELD", "{\"array\":[1,2,3]}", "$.array[1]")]
    [InlineData(null, "EXTRACTJSONFIELD", "{\"array\":[1]}", "$.array[-1]")]
    [InlineData("1.23450", "EXTRACTJSONFIELD", "{\"array\":[1.23450]}", "$.array[0]")]
    [InlineData("{\"a\":{\"7\":8}}", "JSON_CONCAT", "{\"a\": {\"5\": 6}}", "{\"a\": {\"7\": 8}}")]
    [InlineData("[1,2,{\"a\":1},4]", "JSON_CONCAT", "[1, 2]", "{\"a\": 1}", "4")]
    [InlineData(true, "JSON_ARRAY_CONTAINS", "[1, 2]", 2)]
    [InlineData(3L, "ROUND", 2.5)]
    [InlineData(-1L, "ROUND", -1.5)]
    [InlineData(1.23, "ROUND", 1.2345, 2)]
    [InlineData(2, "GREATEST", 1, 2, null)]
    [InlineData("a", "COALESCE", null, "a", "b")]
    [InlineData(null, "NULLIF", "a", "a")]
    public void Function_gives_what_ksqldb_gives(object? expected, string name, params object?[] arguments) =>
        Assert.Equal(expected, Call(name, arguments));

    [Theory]
    [InlineData("2018-05-11 14:58:33 PDT", 1526075913000, "yyyy-MM-dd HH:mm:ss zzz", "America/Los_Angeles")]
    [InlineData("2018-05-11T21:58:33.000Z", 1526075913000, "yyyy-MM-dd'T'HH:mm:ss.SSSX", "UTC")]
    [InlineData("Fri, 11 May 2018 09:58 PM", 1526075913000, "EEE, d MMM yyyy hh:mm a", "UTC")]
    public void Timestamp_is_formatted_by_javas_patterns(string expected, long epochMs, string pattern, string zone) =>
        Assert.Equal(expected, Call("TIMESTAMPTOSTRING", epochMs, pattern, zone));

    [Theory]
    [InlineData(1566912669200, "2019-08-27T13:31:09.2+0000", "yyyy-MM-dd'T'HH:mm:ss.SX")]
    [InlineData(1526075913000, "2018-05-11T21:58:33Z", "yyyy-MM-dd'T'HH:mm:ssX")]
    [InlineData(1641168000000, "JAN-3-2022", "MMM-d-yyyy")]
    [InlineData(1641168000000, "20220103", "yyyyMMdd")]
    public void Text_is_parsed_by_javas_patterns(long expected, string text, string pattern) =>
        Assert.Equal(expected, Call("STRINGTOTIMESTAMP", text, pattern));

    [Fact]
    public void Text_that_does_not_follow_the_pattern_fails_with_the_position()
    {
        var error = Assert.Throws<FormatException>(() => Call("STRINGTOTIMESTAMP", "2018-05-11", "yyyy/MM/dd"));
        Assert.Contains("index 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_is_parsed_with_half_days_and_literals()
    {
        Assert.Equal(46800000, Call("PARSE_TIME", "01:00:00 Pm", "hh:mm:ss a"));
        Assert.Equal(65000, Call("PARSE_TIME", "00:01:05Lit", "HH:mm:ss'Lit'"));
    }

    [Fact]
    public void Arrays_are_sets_by_value()
    {
        Assert.Equal(new object?[] { "a", "b" }, Call("ARRAY_DISTINCT", (object)new object?[] { "a", "b", "a" }));
        Assert.Equal(new object?[] { "b" }, Call("ARRAY_INTERSECT", new object?[] { "a", "b" }, new object?[] { "b", "c" }));
        Assert.Equal(new object?[] { 3, 2, 1, null }, Call("ARRAY_SORT", new object?[] { 1, null, 3, 2 }, "DESC"));
        Assert.Equal(new object?[] { 1, 3, 5 }, Call("GENERATE_SERIES", 1, 5, 2));
        Assert.Equal(new object?[] { "b", "c" }, Call("SLICE", new object?[] { "a", "b", "c" }, 2, null));
    }

    [Fact]
    public void Decimals_stay_exact()
    {
        Assert.Equal("2.00", Call("CEIL", BigDecimal.Parse("1.05"))!.ToString());
        Assert.Equal("12345678987654321.2300000000000000", Call("ROUND", BigDecimal.Parse("12345678987654321.2345678987654321"), 2)!.ToString());
    }

    [Fact]
    public void Clock_is_the_one_given()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123));

        Assert.Equal(1_700_000_000_123, Call(new FunctionServices(time, new Random(1)), "UNIX_TIMESTAMP"));
        Assert.Equal(19675, Call(new FunctionServices(time, new Random(1)), "UNIX_DATE"));
    }

    [Fact]
    public void Bytes_turn_into_text_and_back()
    {
        Assert.Equal(Encoding.UTF8.GetBytes("grüezi"), Call("TO_BYTES", "grüezi", "utf8"));
        Assert.Equal("YWJj", Call("FROM_BYTES", "abc"u8.ToArray(), "base64"));
        Assert.Equal(1, Call("INT_FROM_BYTES", new byte[] { 1, 0, 0, 0 }, "LITTLE_ENDIAN"));
    }

    [Fact]
    public void Evil_pattern_is_cut_off_by_the_time_limit() =>
        Assert.Throws<System.Text.RegularExpressions.RegexMatchTimeoutException>(() => Call("REGEXP_EXTRACT", "^(a+)+$", new string('a', 40) + "b"));
}
