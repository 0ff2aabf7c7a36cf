using Pioneer.Jobs.Hosting;

return await WorkerHost.RunAsync(args);
