namespace Pioneer.Tests.Jobs.Connect;

/// <summary>
/// The questions of the transcript: a connector's whole life, and ways of asking wrongly. Left out is what a real worker answers with a Java exception
/// (a body that is no JSON, or lacks its parts): nobody can rely on those words.
/// </summary>
internal static class ConnectQuestions
{
    private static readonly HttpMethod Get = HttpMethod.Get, Post = HttpMethod.Post, Put = HttpMethod.Put, Patch = HttpMethod.Patch, Delete = HttpMethod.Delete;

    public static async Task AskAsync(ConnectTranscript worker, ConnectUnderTest connect)
    {
        await CreationAsync(worker, connect);
        await ReadingAsync(worker);
        await ChangesAsync(worker, connect);
        await StatesAsync(worker);
        await OffsetsAsync(worker);
        await EndAsync(worker, connect);
        await PluginsAsync(worker, connect);
        await NonsenseAsync(worker);
    }

    private static async Task CreationAsync(ConnectTranscript worker, ConnectUnderTest connect)
    {
        await worker.AskAsync(Get, "/");
        await worker.AskAsync(Post, "/connectors", new { name = "c", config = connect.Config(("connector.class", null)) });
        await worker.AskAsync(Post, "/connectors", new { name = "c", config = connect.Config(("connector.class", "no.such.Connector")) });
        await worker.AskAsync(Post, "/connectors", new { name = "c", config = connect.Config((connect.RequiredKey, null)) });
        await worker.AskAsync(Post, "/connectors", new { name = "c", config = connect.Config(("name", "d")) });
        await worker.AskAsync(Post, "/connectors", new { name = "c", config = connect.Source });
        await worker.AskAsync(Post, "/connectors", new { name = "c", config = connect.Source });
        await worker.UntilAsync("c", "RUNNING");
    }

    private static async Task ReadingAsync(ConnectTranscript worker)
    {
        foreach (var part in new[] { "", "/config", "/status", "/tasks", "/tasks/0/status" })
        {
            await worker.AskAsync(Get, $"/connectors/c{part}");
        }

        foreach (var part in new[] { "", "/config", "/status", "/tasks", "/tasks/0/status", "/topics", "/offsets" })
        {
            await worker.AskAsync(Get, $"/connectors/none{part}");
        }

        await worker.AskAsync(Get, "/connectors/c/tasks/9/status");
    }

    private static async Task ChangesAsync(ConnectTranscript worker, ConnectUnderTest connect)
    {
        await worker.AskAsync(Put, "/connectors/c/config", connect.Source);
        await worker.UntilAsync("c", "RUNNING");
        await worker.AskAsync(Put, "/connectors/c/config", connect.Config(("name", "d")));
        await worker.AskAsync(Put, "/connectors/c/config", connect.Config(("connector.class", "no.such.Connector")));
        await worker.AskAsync(Put, "/connectors/c/config", connect.Config((connect.RequiredKey, null)));
        await worker.AskAsync(Patch, "/connectors/c/config", """{"errors.log.enable": "true"}""");
        await worker.UntilAsync("c", "RUNNING");
        await worker.AskAsync(Patch, "/connectors/none/config", """{"errors.log.enable": "true"}""");
    }

    private static async Task StatesAsync(ConnectTranscript worker)
    {
        await worker.AskAsync(Put, "/connectors/c/pause");
        await worker.UntilAsync("c", "PAUSED");
        await worker.AskAsync(Get, "/connectors/c/status");
        await worker.AskAsync(Put, "/connectors/c/pause");
        await worker.AskAsync(Put, "/connectors/c/resume");
        await worker.UntilAsync("c", "RUNNING");
        await worker.AskAsync(Post, "/connectors/c/restart?includeTasks=true&onlyFailed=true");
        await worker.AskAsync(Post, "/connectors/c/restart?includeTasks=true&onlyFailed=false");
        await worker.UntilAsync("c", "RUNNING");
        await worker.AskAsync(Post, "/connectors/c/restart");
        await worker.UntilAsync("c", "RUNNING");
        await worker.AskAsync(Post, "/connectors/c/tasks/0/restart");
        await worker.UntilAsync("c", "RUNNING");
        await worker.AskAsync(Post, "/connectors/c/tasks/9/restart");
        foreach (var verb in new[] { "pause", "resume", "stop" })
        {
            await worker.AskAsync(Put, $"/connectors/none/{verb}");
        }

        await worker.AskAsync(Post, "/connectors/none/restart");
        await worker.AskAsync(Post, "/connectors/none/restart?includeTasks=true");
        await worker.AskAsync(Post, "/connectors/none/tasks/0/restart");
    }

    private static async Task OffsetsAsync(ConnectTranscript worker)
    {
        const string one = """{"offsets": [{"partition": {"a": "b"}, "offset": null}]}""";
        await worker.AskAsync(Patch, "/connectors/c/offsets", one);
        await worker.AskAsync(Delete, "/connectors/c/offsets");
        await worker.AskAsync(Delete, "/connectors/none/offsets");
        await worker.AskAsync(Patch, "/connectors/none/offsets", one);
        await worker.AskAsync(Put, "/connectors/c/stop");
        await worker.UntilAsync("c", "STOPPED");
        await worker.AskAsync(Get, "/connectors/c/status");
        await worker.AskAsync(Get, "/connectors/c/tasks");
        await worker.AskAsync(Get, "/connectors/c/tasks/0/status");
        await worker.AskAsync(Patch, "/connectors/c/offsets", "{}");
        await worker.AskAsync(Patch, "/connectors/c/offsets", """{"offsets": []}""");
        await worker.AskAsync(Delete, "/connectors/c/offsets");
        await worker.AskAsync(Get, "/connectors/c/offsets");
        await worker.AskAsync(Put, "/connectors/c/resume");
        await worker.UntilAsync("c", "RUNNING");
    }

    private static async Task EndAsync(ConnectTranscript worker, ConnectUnderTest connect)
    {
        await worker.AskAsync(Put, "/connectors/none/topics/reset");
        await worker.AskAsync(Put, "/connectors/c/topics/reset");
        await worker.AskAsync(Delete, "/connectors/c");
        await worker.AskAsync(Delete, "/connectors/c");
        await worker.AskAsync(Post, "/connectors", new { name = "p", config = connect.Source, initial_state = "STOPPED" });
        await worker.UntilAsync("p", "STOPPED");
        await worker.AskAsync(Get, "/connectors/p/status");
        await worker.AskAsync(Delete, "/connectors/p");
    }

    private static async Task PluginsAsync(ConnectTranscript worker, ConnectUnderTest connect)
    {
        var validate = $"/connector-plugins/{connect.ConnectorClass}/config/validate";
        await worker.AskAsync(Get, "/connector-plugins/no.such.Connector/config");
        await worker.AskAsync(Put, "/connector-plugins/no.such.Connector/config/validate", connect.Source);
        await worker.AskAsync(Put, validate, connect.Config(("connector.class", "no.such.Connector")));
    }

    private static async Task NonsenseAsync(ConnectTranscript worker)
    {
        await worker.AskAsync(Get, "/no-such-path");
        await worker.AskAsync(Delete, "/connectors");
        await worker.AskAsync(Post, "/connectors", "{}", "text/plain");
        await worker.AskAsync(Get, "/admin/loggers/no.such.logger");
    }
}
