using System.Text;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Runtime;
using Pioneer.Ksql.Types;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

public sealed class TransformTests
{
    private const string Package = "org.apache.kafka.connect.transforms.";

    private static readonly ConnectSchema Payment = ConnectSchema.StructOf(
        "payments",
        [
            new ConnectField("id", ConnectSchema.Of(SchemaType.Int64, false)),
            new ConnectField("holder", ConnectSchema.Of(SchemaType.String, true)),
            new ConnectField("amount", ConnectSchema.Decimal(2, true)),
            new ConnectField("updated_at", ConnectSchema.Timestamp(true)),
        ]);

    [Fact]
    public void Value_to_key_and_extract_field_make_a_scalar_key()
    {
        var record = Run(("transforms", "a,b"), ("transforms.a.type", Package + "ValueToKey"), ("transforms.a.fields", "id"),
            ("transforms.b.type", Package + "ExtractField$Key"), ("transforms.b.field", "id"));

        Assert.Equal("7", record.Key);
        Assert.Equal("""{"id":7,"holder":"Zoë \"Z\"","amount":1000.50,"updated_at":1700000000123}""", record.Value);
    }

    [Fact]
    public void Value_to_key_names_the_known_fields_when_the_field_is_unknown()
    {
        var error = Assert.Throws<ConnectDataException>(() => Run(
            ("transforms", "a"), ("transforms.a.type", Package + "ValueToKey"), ("transforms.a.fields", "nope")));

        Assert.Contains("nope", error.Message, StringComparison.Ordinal);
        Assert.Contains("id, holder, amount, updated_at", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Converter_with_schemas_writes_the_envelope_with_base64_decimals()
    {
        var record = Run(
            ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("transforms", "a"),
            ("transforms.a.type", Package + "ReplaceField$Value"),
            ("transforms.a.include", "amount"));

        Assert.Equal(
            """
            {"schema":{"type":"struct","fields":[{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"amount"}],"optional":false,"name":"payments"},"payload":{"amount":"AYbS"}}
            """.Trim(),
            record.Value);
    }

    [Theory]
    [InlineData("InsertField$Value", "static.field=from;static.value=bank", "\"from\":\"bank\"")]
    [InlineData("InsertField$Value", "topic.field=topic", "\"topic\":\"acme.t.payments\"")]
    [InlineData("MaskField$Value", "fields=holder", "\"holder\":\"\"")]
    [InlineData("MaskField$Value", "fields=holder;replacement=***", "\"holder\":\"***\"")]
    [InlineData("Cast$Value", "spec=id:string,amount:float64", "\"id\":\"7\"")]
    [InlineData("TimestampConverter$Value", "field=updated_at;target.type=string;format=yyyy-MM-dd'T'HH:mm:ss.SSS", "2023-11-14T22:13:20.123")]
    [InlineData("TimestampConverter$Value", "field=updated_at;target.type=unix;unix.precision=seconds", "\"updated_at\":1700000000}")]
    [InlineData("ReplaceField$Value", "exclude=holder;renames=id:payment_id", "{\"payment_id\":7,\"amount\"")]
    [InlineData("ExtractField$Value", "field=holder", "\"Zoë \\\"Z\\\"\"")]
    public void Value_transforms_do_what_their_name_says(string type, string settings, string expected)
    {
        var config = settings.Split(';').Select(pair => pair.Split('=', 2))
            .Select(pair => ("transforms.a." + pair[0], pair[1]))
            .Append(("transforms", "a")).Append(("transforms.a.type", Package + type));

        Assert.Contains(expected, Run([.. config]).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Regex_router_renames_topics_that_match_as_a_whole()
    {
        var record = Run(("transforms", "a"), ("transforms.a.type", Package + "RegexRouter"),
            ("transforms.a.regex", "(.*)\\.t\\.(.*)"), ("transforms.a.replacement", "$1.raw.$2"));

        Assert.Equal("acme.raw.payments", record.Topic);
    }

    [Fact]
    public void Insert_header_adds_a_header_and_takes_only_text_that_stays_as_it_is()
    {
        var record = Pipeline([("transforms", "a"), ("transforms.a.type", Package + "InsertHeader"), ("transforms.a.header", "origin"), ("transforms.a.value.literal", "row")])
            .Process(Record("acme.t.payments"))!;

        var header = Assert.Single(record.Headers);
        Assert.Equal(("origin", "row"), (header.Key, Encoding.UTF8.GetString(header.Value)));
        Assert.All(["007", "1.10", "null"], literal => Assert.Throws<ConnectConfigException>(() => Pipeline(
            [("transforms", "a"), ("transforms.a.type", Package + "InsertHeader"), ("transforms.a.header", "origin"), ("transforms.a.value.literal", literal)])));
    }

    [Fact]
    public void Filter_drops_what_its_predicate_names()
    {
        var pipeline = Pipeline([("transforms", "a"), ("transforms.a.type", Package + "Filter"), ("transforms.a.predicate", "p"),
            ("predicates", "p"), ("predicates.p.type", Package + "predicates.TopicNameMatches"), ("predicates.p.pattern", "acme\\..*")]);

        Assert.Null(pipeline.Process(Record("acme.t.payments")));
        Assert.NotNull(pipeline.Process(Record("globex.t.payments")));
    }

    [Fact]
    public void Errors_are_skipped_only_when_tolerated()
    {
        (string, string)[] wrong = [("transforms", "a"), ("transforms.a.type", Package + "Cast$Value"), ("transforms.a.spec", "holder:int32")];

        Assert.Throws<ConnectDataException>(() => Pipeline(wrong).Process(Record("t")));
        Assert.Null(Pipeline([.. wrong, ("errors.tolerance", "all")]).Process(Record("t")));
    }

    [Theory]
    [InlineData("transforms.a.type", "transforms=a")]
    [InlineData("transforms.a.fields", "transforms=a;transforms.a.type=org.apache.kafka.connect.transforms.ValueToKey")]
    [InlineData("transforms.a.type", "transforms=a;transforms.a.type=no.such.Transform")]
    [InlineData("value.converter", "value.converter=no.such.Converter")]
    [InlineData("transforms.a.regex", "transforms=a;transforms.a.type=org.apache.kafka.connect.transforms.RegexRouter;transforms.a.regex=(")]
    public void Wrong_settings_are_reported_with_their_full_key(string key, string settings)
    {
        var error = Assert.Throws<ConnectConfigException>(() =>
            Pipeline([.. settings.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]))]));

        Assert.Equal(key, error.Key);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    private static (string? Key, string Value, string Topic) Run(params (string, string)[] settings)
    {
        var record = Pipeline(settings).Process(Record("acme.t.payments"))!;
        return (record.Key is null ? null : Encoding.UTF8.GetString(record.Key), Encoding.UTF8.GetString(record.Value!), record.Topic);
    }

    private static RecordPipeline Pipeline((string Key, string Value)[] settings) => new(
        settings.ToDictionary(pair => pair.Key, pair => pair.Value), new SkippedRows(0));

    private static SourceRecord Record(string topic) => new(
        new SourcePosition("{}", null), topic, null, null, Payment,
        new ConnectStruct(Payment, [7L, "Zoë \"Z\"", BigDecimal.Parse("1000.50"), SourceInstant.FromUnixMs(1_700_000_000_123)]));
}
